import type { Usage } from '../../schemas/task.ts';
import type { AgentInstallation } from './installation.ts';

/** How an agent is started: a command and its arguments, and what is added to the user's environment. */
export interface AgentCommand {
  command: string;
  args: string[];
  /** Added to the environment. */
  env: Record<string, string>;
  /** A file that lies in the run's directory as long as that does, for settings that it takes in no other way. `variable`: added to the environment, with its path. */
  settings?: { variable: string; text: string };
  /** It is told to act unasked: what it asks all the same, but a question to the user, nobody is to be asked for. */
  actsUnasked: boolean;
}

/** A server of tools that the agent is to speak to. Arguments can be read by every user of the machine: a secret stands in the agent's environment, and here as `${ITS_NAME}`. */
export type McpServer =
  | { command: string; args?: readonly string[]; env?: Readonly<Record<string, string>> }
  | { type: 'http'; url: string; headers?: Readonly<Record<string, string>> };

/** How an agent is to run; null where its own default or the user's settings count. A driver hands on what its agent knows. */
export interface AgentLaunch {
  /** Where it works: the worktree's absolute path. */
  cwd: string;
  /** The session of an earlier run, to go on with; null for a new one. */
  session: string | null;
  model: string | null;
  effort: string | null;
  /** Whether it acts unasked, or asks by a signal before what its own rules do not allow. */
  permissions: 'skip' | 'ask' | null;
  /** What the agent itself can be held to. */
  budget: { maxCostUsd?: number; maxTurns?: number } | null;
  /** By their names; those of the user's own settings are there beside them. */
  mcp: Readonly<Record<string, McpServer>> | null;
  /** What `${ITS_NAME}` in these stands for, where an agent is told of them in a way that nobody else reads; it has them in its environment, too. */
  secrets?: Readonly<Record<string, string>>;
  /** What its session has used by earlier runs, where the agent counts by sessions. Default: nothing. */
  sessionUsage?: Usage;
}

/** An agent as the user has set it up. */
export const asSetUp: Omit<AgentLaunch, 'cwd'> = { session: null, model: null, effort: null, permissions: null, budget: null, mcp: null };

/** What an agent asks and waits for: whether it may use a tool, or what the user thinks. */
export interface AgentRequest {
  /** The agent's own; no two requests of a run have the same. */
  id: string;
  tool: string;
  input: Readonly<Record<string, unknown>>;
  /** It is a question to the user, which nothing but an answer of theirs settles. */
  isQuestion: boolean;
  /** What it asks, where these are questions in words. */
  questions?: readonly AgentQuestion[];
  /** What could be decided with it once and for all; each fits the request itself. */
  suggestions?: readonly AgentRule[];
  /** It is nothing that may be decided beforehand: what it would do is dangerous, or nobody but its user can say it. */
  isDelicate?: boolean;
  /** Why it does not do it by itself, in its words. */
  reason?: string;
  /** Where it works: paths of rules may begin there. */
  cwd?: string;
  /** How it can be answered, where the agent names that itself; what each comes to is its `kind`, in the protocol's words. */
  choices?: readonly { id: string; kind: string; name: string }[];
}

export interface AgentQuestion {
  question: string;
  /** What it is about, in a word. */
  header: string | null;
  options: readonly { label: string; description: string | null }[];
  multiSelect: boolean;
}

/** Which requests are like one that was decided: a tool, and which of its inputs as the agent writes it; null is one very input. */
export interface AgentRule {
  tool: string;
  rule: string | null;
}

export type AgentAnswer =
  /** @property input - in the place of what it asked for; @property answers - to its questions, by the question */
  | { decision: 'allow'; input?: Readonly<Record<string, unknown>>; answers?: Readonly<Record<string, string>> }
  /** @property message - what the agent is told; @property interrupt - it is to give up its turn */
  | { decision: 'deny'; message: string; interrupt?: boolean };

/** What an agent does or says, in words that do not depend on its maker. Texts and inputs are as long as the agent made them. */
export interface AgentActivity {
  /** `plan` is what it means to do, also where it tells that by a tool. */
  kind: 'text' | 'thinking' | 'tool' | 'tool-result' | 'plan' | 'error';
  /** What is said; of a tool null, of its result what came out. */
  text: string | null;
  /** Of a tool, and of a plan that is told by one. */
  tool: { name: string; input: Readonly<Record<string, unknown>> } | null;
  /** The agent's own name of the call: a tool and its result have the same. */
  callId: string | null;
  /** The call of a tool for which it is done, by a subagent; null where the agent itself does it. */
  parentCallId: string | null;
  /** Of a result: the tool failed, or was not let. */
  isError: boolean;
  /**
   * The text is a piece of one: it goes on where that of the activity before it ends, where that is a piece of the same kind and nothing was said
   * between, and begins one else. A driver sees the line alone and says it of every piece, the first one too. Default false.
   */
  isContinued?: boolean;
  /** Of a tool: an earlier line may have told of the same call. Whoever knows that one leaves this out. Default false. */
  mayBeAgain?: boolean;
}

/** What one line of an agent's stdout means to the daemon. Everything else it says is only logged. */
export type AgentSignal =
  | { kind: 'session'; sessionId: string }
  /**
   * A turn ended. Usage is this run's so far, not this turn's. An agent that reports success and could not work, since its
   * prompt was refused or every tool denied, is in error, with the reason; one that could use some of its tools and not
   * others names those in `denied`, as words that a person reads. `limit`: it ended because of the limit that was told before it.
   */
  | { kind: 'turn-ended'; isError: boolean; message: string | null; usage: Usage; denied?: readonly string[]; limit?: AgentLimit }
  | { kind: 'turn-started' }
  /** The number of background tasks that the agent will report on by itself when they end. */
  | { kind: 'background'; running: number }
  /** What its protocol wants to be said now, as bytes for stdin, newline included: once in a run for each id. */
  | { kind: 'reply'; id: string; bytes: string }
  /** It has a message, by the id that this came with; `isRead`: its model was given it, so that its session knows it from now on. */
  | { kind: 'message'; id: string; isRead: boolean }
  /** It asks, and goes on when it has its answer. */
  | { kind: 'asked'; request: AgentRequest }
  /** It waits for the answer no more. */
  | { kind: 'withdrawn'; requestId: string }
  /** The account that it works with has come to a limit. It may wait and go on by itself; a turn that ends because of it says so. */
  | ({ kind: 'limited' } & AgentLimit);

/** What an agent tells of a limit of its account. */
export interface AgentLimit {
  /** In ISO 8601; null where nobody knows. */
  until: string | null;
  /** It is of the model that was asked for: the account may go on with another one. */
  ofModel?: true;
}

/**
 * One run's conversation with its agent: reads stdout, in order, and words what is said to the agent as it stands. It keeps what must be
 * remembered from line to line, nothing else, and the same lines give the same signals: after a restart of the daemon a run's output is read
 * again from its start to have it back. What was said shows in what the agent answered; where a protocol leaves that open, it is told again.
 */
export interface AgentConversation {
  /** What is said before anything else, as bytes for stdin, newline included; null where the agent takes messages at once. */
  readonly greeting: string | null;
  /** Whether it can be given messages: where there is a greeting, from the `session` signal on. */
  readonly isOpen: boolean;
  /**
   * @param line - a whole line of stdout without its newline
   * @returns the `type` field of the line, null where it is no JSON object with one, and what the line means. `isReplayed`: it tells again
   *   what was done in an earlier run of the session, and is nothing that the agent does now
   */
  read(line: string): { jsonType: string | null; signals: AgentSignal[]; isReplayed?: boolean };
  /**
   * Something that an earlier daemon has said in this run. Told in its order, before the run's output is read again.
   * @param bytes - as they were made here
   */
  recall?(bytes: string): void;
  /**
   * A user message as the bytes for stdin, newline included. Whatever the text, the agent takes it for one and for no command of its own.
   * Only while it is open.
   * @param id - by which the agent tells whether its model has it, where it tells that
   */
  userMessage(text: string, id?: string): string;
  /** The answer to a request of the agent, as bytes for stdin, newline included; null where the agent takes none. */
  answerMessage(request: AgentRequest, answer: AgentAnswer): string | null;
  /** The request to give up the current turn, as bytes for stdin; null where the agent has none, or there is nobody yet to ask. */
  interruptMessage(): string | null;
  /**
   * What the run has used by the lines so far: what its results told, and of a turn that has none yet what its lines let one guess. It is
   * at least what the last result told. Of a cost that no result has told it knows nothing.
   */
  readonly usage: Usage;
}

/** Everything makima knows of one kind of agent. A further agent is a further driver. */
export interface AgentDriver {
  readonly name: string;
  /** Whether a message reaches it in the middle of a turn; else it gets one at a time, when it has ended its turn. */
  readonly takesMessagesInTurn: boolean;
  /** Whether an answer to what it asks has room for why not, and for another input; else that comes as a message. */
  readonly takesReasons: boolean;
  /** Whether its process ends by itself when it is at rest and stdin is closed; else it is ended. */
  readonly endsWithInput: boolean;
  /**
   * Whether a process of it works one turn and ends, after it has read stdin to its end: what is to be said after that begins a run that
   * goes on with its session.
   */
  readonly hasOneTurn: boolean;
  /** By which its processes are asked to give up, where that is no message. */
  readonly interruptSignal?: 'SIGINT';
  /** It never tells what it costs: a budget's dollars cannot hold it. */
  readonly tellsNoCost?: true;
  /** It tells what its session has used, or cost, over all its processes, and is told what of that is known. */
  readonly countsSession?: true;
  /** Looks for the program and asks its version. Never throws: a problem is part of the answer. */
  detect(): Promise<AgentInstallation>;
  /**
   * Whether the agent itself says that it has no credentials. A hint, for which nothing is refused: a repository's settings may
   * bring some. The answer is kept for a while.
   * @returns what is so and what to do, without its last full stop; null where it has some, or does not say
   */
  whyNotSignedIn(): Promise<string | null>;
  /**
   * What the agent itself says against an effort, before it runs. Never throws: an agent that cannot be asked says nothing.
   * @returns its words; null where it takes it
   */
  refusedEffort(effort: string): Promise<string | null>;
  /**
   * The command for a run, its program as an absolute path: it is started in a worktree, where nothing may be looked for.
   * @throws MakimaError AGENT_NOT_FOUND
   */
  command(launch: AgentLaunch): AgentCommand;
  /** The conversation of a run that is, or was, started by this. */
  converse(launch: AgentLaunch): AgentConversation;
  /**
   * Whether a request is one of those that a rule is for; never more than what the rule says to a person who reads it.
   * @param rule - with the input that one is for whose `rule` is null
   */
  fits(rule: AgentRule & { input: Readonly<Record<string, unknown>> | null }, request: AgentRequest): boolean;
  /**
   * What the agent does by one line of its stdout, in order. Of the line alone: it is asked of lines of any time, in any order, and gives the
   * same each time.
   */
  activities(line: string): AgentActivity[];
  /**
   * One line of output as a person reads it: what the agent said and did; null for a line that says nothing to a person. It is not asked of a
   * line with a piece of a text, which ends with the next line that says something: so one that ends a turn does.
   */
  readable(line: string): string | null;
  /**
   * What an agent that prints nothing is likely to be at, and what to do about it, without its last full stop.
   * @param lastLine - the last whole line of stdout, null where there is none
   */
  explainSilence(lastLine: string | null): string;
  /** The agent's own failure message with the remedy added where there is one (not signed in, not as root, …). */
  explainFailure(message: string): string;
}
