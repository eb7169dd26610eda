import type { Worktree } from '../../git/worktree/index.ts';
import type { RunContext, RunOfTask } from '../context.ts';

/** What the steps of one start hand on to each other. */
export interface Start extends RunOfTask {
  /** Fires when the task is stopped while it is being set up. */
  signal: AbortSignal;
  /** From the first step on. */
  worktree: Worktree | null;
  /** The worktree was made by this start, not by an earlier one. */
  isNewWorktree: boolean;
  /** Which hooks of the source its commits do not run, unless its setup installs them; null where there are none. */
  hooksNotRun: string | null;
  /** What the agent finds in its environment beside its own. */
  env: Record<string, string>;
}

/**
 * One step of starting a task. Steps run in their order; when one fails or the task is stopped, those that were
 * begun are undone in the opposite order. A crash leaves a step begun: both parts must cope with what it left, and
 * with having been done before.
 */
export interface StartStep {
  name: string;
  apply(context: RunContext, start: Start): Promise<void>;
  undo?(context: RunContext, start: Start): Promise<void>;
}

/** @returns the worktree that the first step made */
export const worktreeOfStart = (start: Start): Worktree => {
  if (!start.worktree) throw new Error('a start step that needs the worktree came before the one that makes it');
  return start.worktree;
};
