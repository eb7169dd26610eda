import type { Usage } from '../../schemas/task.ts';

/** How an agent is started: a command and its arguments, and what is added to the user's environment. */
export interface AgentCommand {
  command: string;
  args: string[];
  /** Added to the environment. */
  env: Record<string, string>;
}

/** What one line of an agent's stdout means to the daemon. Everything else it says is only logged. */
export type AgentSignal =
  | { kind: 'session'; sessionId: string }
  /**
   * A turn ended. Usage is this run's so far, not this turn's. An agent that reports success and could not work, since its
   * prompt was refused or every tool denied, is in error, with the reason; one that could use some of its tools and not
   * others names those in `denied`, as words that a person reads.
   */
  | { kind: 'turn-ended'; isError: boolean; message: string | null; usage: Usage; denied?: readonly string[] }
  | { kind: 'turn-started' }
  /** The number of background tasks that the agent will report on by itself when they end. */
  | { kind: 'background'; running: number };

/**
 * Reads one run's stdout, in order. It keeps what must be remembered from line to line, nothing else, and the same lines
 * give the same signals: after a restart of the daemon a run's output is read again from its start to have it back.
 */
export interface AgentReader {
  /**
   * @param line - a whole line of stdout without its newline
   * @returns the `type` field of the line, null where it is no JSON object with one, and what the line means
   */
  read(line: string): { jsonType: string | null; signals: AgentSignal[] };
}

/** What is known of an agent's installation. */
export interface AgentInstallation {
  name: string;
  command: string;
  /** The absolute path, null where it was not found. */
  path: string | null;
  version: string | null;
  /** Why it cannot be used and how to get there, without its last full stop as MakimaError takes it; null where it can. */
  problem: string | null;
}

/** Everything makima knows of one kind of agent. A further agent is a further driver. */
export interface AgentDriver {
  readonly name: string;
  /** Looks for the program and asks its version. Never throws: a problem is part of the answer. */
  detect(): Promise<AgentInstallation>;
  /**
   * Whether the agent itself says that it has no credentials. A hint, for which nothing is refused: a repository's settings may
   * bring some. The answer is kept for a while.
   * @returns what is so and what to do, without its last full stop; null where it has some, or does not say
   */
  whyNotSignedIn(): Promise<string | null>;
  /**
   * The command for a run, its program as an absolute path: it is started in a worktree, where nothing may be looked for.
   * @throws MakimaError AGENT_NOT_FOUND
   */
  command(): AgentCommand;
  newReader(): AgentReader;
  /** A user message as the bytes for stdin, newline included. Whatever the text, the agent takes it for one and for no command of its own. */
  userMessage(text: string): string;
  /** The request to give up the current turn, as bytes for stdin; null where the agent has none. */
  interruptMessage(): string | null;
  /** One line of output as a person reads it: what the agent said and did; null for a line that says nothing to a person. */
  readable(line: string): string | null;
  /**
   * What an agent that prints nothing is likely to be at, and what to do about it, without its last full stop.
   * @param lastLine - the last whole line of stdout, null where there is none
   */
  explainSilence(lastLine: string | null): string;
  /** The agent's own failure message with the remedy added where there is one (not signed in, not as root, …). */
  explainFailure(message: string): string;
}
