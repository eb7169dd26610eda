/** What the suite of all drivers has to know of one agent. A further driver is a further one of these. */
import type { Test } from 'tap';

/** How an agent is told what to do: a line or some of a plan or a message each. */
export interface Words {
  /** It says this and ends its turn. */
  say(text: string): string;
  /** It runs a command by the tool that it has for that, and waits for its end; its turn goes on. */
  run(command: string): string;
  /** The same where it asks first, as long as `can.ask`. */
  ask(command: string): string;
  /** Its turn ends in an error with these words in it; null where nothing makes it do so. */
  fail: ((words: string) => string) | null;
  /** A message to which it says all that its session has heard so far, each message's last line; null where it cannot tell. */
  recall: string | null;
  /** It asks its user this, and says the answer; null where it has no such thing. */
  question: ((question: string, options: string[]) => string) | null;
  /** It prints this as a line, also such as is none of its protocol; null where it is a real one. */
  line: ((text: string) => string) | null;
  /** It prints these bytes, in hex, as a line. */
  bytes: ((hex: string) => string) | null;
}

export interface AgentUnderTest {
  /** For the names of the tests. */
  title: string;
  /** By which tasks name it. */
  agent: string;
  /**
   * What a daemon must be set up with, as environment variables.
   * @param how.asks - it asks before it acts; else it acts unasked
   * @param how.command - another program in the agent's place, which is spoken to in the same way
   */
  settings(t: Test, how: { asks: boolean; command?: string }): Promise<Record<string, string>> | Record<string, string>;
  words: Words;
  /** There is a handshake before it takes messages. */
  isGreeted: boolean;
  can: {
    /** Asks before it acts, and waits for the answer. */
    ask: boolean;
    /** Is told to give up its turn, and says that it did. */
    interrupt: boolean;
    /** Takes a message in the middle of a turn, else when that has ended. */
    messageInTurn: boolean;
    /** Works one turn a process: what it is told later, its next process is. */
    oneTurn?: true;
    /** Tells its tokens, and what they cost. */
    tokens: boolean;
    cost: boolean;
    /** Says that it does not know a model, by this name; null where it takes any. */
    refuseModel: string | null;
    /** Forgets a session when the files of it, which this deletes, are gone. @param worktree - of the task */
    forget: ((worktree: string, sessionId: string) => void) | null;
  };
  /** How long a test of it may take, in milliseconds, on a slow machine. */
  timeout?: number;
}

/** Directives as one text. */
export const lines = (...all: string[]): string => all.join('\n');

/** A text as one word for the shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A command that says that it is there, and goes on when a file is. */
export const untilThere = (gate: string): string =>
  `echo there > ${quoted(`${gate}.reached`)}; until [ -e ${quoted(gate)} ]; do sleep 0.05; done`;
