import type { AgentProcess } from './agent-process.ts';
import type { RunContext, RunOfTask } from './context.ts';
import type { ProgressTracker } from './progress.ts';

/** How a run stands, beyond what its agent's output tells. */
export interface RunState {
  paused: boolean;
  /** Nothing more can be said to the agent. */
  inputClosed: boolean;
  /** Its task was reported done. */
  finishing: boolean;
  /** Somebody asked for a stop. */
  stopping: boolean;
  exited: boolean;
  /** After how many of its results something was said to it: what it has not answered is not silence after a last word. */
  askedAfter: number;
}

/** What those who look after one run share. */
export interface WatchedRun extends RunOfTask {
  context: RunContext;
  agent: AgentProcess;
  tracker: ProgressTracker;
  state: RunState;
  /** Whether a call with its task's key waits for another task. */
  isAttending: () => boolean;
  /** Fires when the daemon shuts down and leaves the agent running. */
  detach: AbortSignal;
  /** A line in the task's log, unless that has its end. */
  say: (text: string, level?: 'warning') => void;
  /** Says something to the agent. @throws MakimaError AGENT_INPUT_CLOSED, DISK_FULL */
  write: (text: string) => Promise<{ delivered: boolean }>;
  closeInput: () => Promise<void>;
}
