import type { EventPayload, SilencePayload } from '../../../schemas/event.ts';
import type { RunContext, RunOfTask } from '../context.ts';
import type { Blocks } from '../queue/blocks.ts';
import type { Mailbox } from '../messages/mailbox.ts';
import type { AgentInput } from './agent-input.ts';
import type { AgentProcess } from './agent-process.ts';
import type { ProgressTracker } from './progress.ts';

/** How a running agent stands, beyond what its output tells. */
export interface RunState {
  paused: boolean;
  /** Nothing more can be said to the agent. */
  inputClosed: boolean;
  /** Its task was reported done. */
  finishing: boolean;
  exited: boolean;
  /** It has what it is told first: what is said to it comes after that. */
  opened: boolean;
  /** After how many of its results something was said to it: what it has not answered is not silence after a last word. */
  askedAfter: number;
}

/** What looking after a running agent works with. */
export type WatchParts = Pick<
  RunContext,
  'store' | 'log' | 'ledger' | 'timing' | 'maxLogBytes' | 'tellParents' | 'now' | 'newId' | 'reached' | 'report'
>;

/** What those who look after one running agent share. */
export interface WatchedRun extends RunOfTask {
  agent: AgentProcess;
  tracker: ProgressTracker;
  state: RunState;
  input: AgentInput;
  mailbox: Mailbox;
  /** Somebody asked for a stop. */
  isStopping: () => boolean;
  /** Whether a call with its task's key waits for another task. */
  isAttending: () => boolean;
  /** What it waits for. */
  blocks: Pick<Blocks, 'has'>;
  /** Fires when the daemon shuts down and leaves the agent running. */
  detach: AbortSignal;
  /** Events for the task's log, unless that has its end. */
  note: (events: readonly EventPayload[]) => void;
  /** A line of it. */
  say: (text: string) => void;
  /** Ends the agent and all it runs. @param graceful - it is asked to give up by itself first; @param words - what is said of it */
  end: (graceful: boolean, words: string) => void;
}

/** Who minds how long an agent is silent. */
export interface Vigil {
  /** It has printed something, or how the run stands has changed. */
  heard(): void;
  stop(): void;
}

/** Tells of a silence: as a line of the log and as an event of its own. @param silentFor - in milliseconds */
export type TellSilence = (reason: SilencePayload['reason'], silentFor: number, text: string, interrupts?: true) => void;
