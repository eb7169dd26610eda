import type { WaitsFor } from '../../../schemas/task.ts';
import type { AgentAnswer, AgentLaunch, AgentRequest, AgentSignal } from '../../agents/driver.ts';
import type { Worktree } from '../../git/worktree/index.ts';
import type { Run } from '../../store/task-store.ts';
import type { RunOfTask } from '../context.ts';
import type { RunOutcome } from '../outcome.ts';

/** What the hooks of one start hand on to each other. */
export interface Start extends RunOfTask {
  /** Fires when the task is stopped while it is being set up, or the daemon lets go of it. */
  signal: AbortSignal;
  /** From the hook on that makes it. */
  worktree: Worktree | null;
  /** The worktree was made by this start, not by an earlier one. */
  isNewWorktree: boolean;
  /** It was put away, and this start has brought it back: what git ignores is not in it. */
  isRestored: boolean;
  /** A command of the repository's has run in it for this start, so nobody knows any more what is there. */
  hasRunSetup: boolean;
  /** Which hooks of the source its commits do not run, unless its setup installs them; null where there are none. */
  hooksNotRun: string | null;
}

/** What a hook adds to the agent that is started. What it runs in, such as the mounts of a sandbox, belongs here too. */
export interface Additions {
  /** To its environment; of two with one name the later hook's counts. */
  env?: Readonly<Record<string, string>>;
  /** To what its driver makes its command of, such as a budget or servers for MCP. */
  launch?: Partial<AgentLaunch>;
}

/** A run whose agent runs, as hooks have to do with it. */
export interface RunningAgent extends RunOfTask {
  /** What it asks, answered or not, as far as its output was read. */
  readonly asked: readonly AgentRequest[];
  /** An earlier daemon looked after it. */
  readonly isFound: boolean;
  /**
   * It has nothing to do until something is over: its task is blocked, and others have its slot. Again with another reason of the kind replaces it.
   * @throws MakimaError DISK_FULL
   */
  block(waitsFor: WaitsFor): Promise<void>;
  /** What it waited for of this kind is over. @returns true when its task has a slot again or waits for another thing alone, false where it has ended, or the daemon lets go of it */
  unblock(kind: WaitsFor['kind']): Promise<boolean>;
  /**
   * Answers what the agent asks. It has the answer once: the first that was accepted for a request is the one that counts, also where
   * the daemon died before anybody heard that it was.
   * @returns whether the agent has it, and whether an earlier one counts
   * @throws MakimaError AGENT_INPUT_CLOSED, DISK_FULL
   */
  answer(request: AgentRequest, answer: AgentAnswer): Promise<{ delivered: boolean; repeated: boolean }>;
}

/**
 * A concern of a run that comes with it from its start to its end, as one file: what it prepares, what it takes back, what it
 * does at the end. Hooks prepare in their order, and hear of the agent in it; everything else goes in the opposite one. All of it may happen twice,
 * since a daemon can die in any line of it and the next one does it again: each must cope with having been done before,
 * wholly or by half, and with what of it was never begun.
 */
export interface RunHook {
  readonly name: string;
  /** Before the agent is started. An error fails the task with it as the reason. */
  prepare?(start: Start): Promise<Additions | undefined>;
  /**
   * The start is given up, by a failure, a stop or the death of the daemon in the middle of it. The latter's `start` is what is on
   * record: whatever else the hook has to know of what it prepared, it has written down.
   */
  undo?(start: Start): Promise<void>;
  /** An agent that an earlier daemon left is looked after from now on, before any signal of it is told. */
  found?(agent: RunningAgent): Promise<void>;
  /**
   * What the agent has just said, after its line is in the log. Reading on waits for this: nothing that takes long. What a crash kept from being told is told by the next daemon as far as it
   * still holds: a request of the turn that is open, answered or not.
   */
  signalled?(agent: RunningAgent, signal: AgentSignal): Promise<void>;
  /** A stop was asked for and is stored; the agent, where there is one, is about to be told, and may go on for a while. */
  stopping?(run: Pick<Run, 'taskId' | 'runId'>): Promise<void>;
  /** The agent has ended, or cannot be looked after any more; nothing is decided yet. For every run whose agent was started. */
  ended?(of: RunOfTask, outcome: RunOutcome): Promise<void>;
}

/** @returns the worktree that an earlier hook made */
export const worktreeOfStart = (start: Start): Worktree => {
  if (!start.worktree) throw new Error('a hook that needs the worktree came before the one that makes it');
  return start.worktree;
};

/** Takes a start back, the last hook first. Can be repeated. */
export const undoAll = async (hooks: readonly RunHook[], start: Start): Promise<void> => {
  for (const hook of hooks.toReversed()) await hook.undo?.(start);
};

/** Tells the hooks of an agent that an earlier daemon left, in their order. Can be repeated. */
export const tellFound = async (hooks: readonly RunHook[], agent: RunningAgent): Promise<void> => {
  for (const hook of hooks) await hook.found?.(agent);
};

/** Tells the hooks what the agent has said, in their order. Can be repeated. */
export const tellSignals = async (hooks: readonly RunHook[], agent: RunningAgent, signals: readonly AgentSignal[]): Promise<void> => {
  for (const signal of signals) for (const hook of hooks) await hook.signalled?.(agent, signal);
};

/** Tells the hooks that a stop was asked for, the last first. Can be repeated. */
export const tellStopping = async (hooks: readonly RunHook[], run: Pick<Run, 'taskId' | 'runId'>): Promise<void> => {
  for (const hook of hooks.toReversed()) await hook.stopping?.(run);
};

/** Tells the hooks of the agent's end, the last first. Can be repeated. */
export const tellEnded = async (hooks: readonly RunHook[], of: RunOfTask, outcome: RunOutcome): Promise<void> => {
  for (const hook of hooks.toReversed()) await hook.ended?.(of, outcome);
};
