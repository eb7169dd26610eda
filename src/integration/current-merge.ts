import type { Task } from '../../schemas/task.ts';
import { MakimaError } from '../errors.ts';
import { type MergeUnderWay, takeUpMerge } from '../git/merge/index.ts';
import type { Worktree } from '../git/worktree/index.ts';
import { mergeJournal, type NamedMerge } from './merge-journal.ts';
import type { MergeParts } from './parts.ts';

/** The merge in a task's worktree that is not over, by its name and as it stands. */
export interface CurrentMerge extends NamedMerge {
  merge: MergeUnderWay;
}

/**
 * The merge under way in a task's worktree, as it truly stands: one that a dead daemon left half-made is taken back, or
 * noted if it was through, and one that the agent concluded with git itself is noted. Call it within `withWorktreeLock`.
 */
export const currentMerge = async (parts: MergeParts, task: Task, into: Worktree): Promise<CurrentMerge | null> => {
  const stored = await parts.store.getMerge(task.id);
  if (stored === null) return null;
  const merge = await takeUpMerge(into, stored, mergeJournal(parts, stored));
  return merge === null ? null : { ...stored, merge };
};

/** @throws MakimaError NO_MERGE_IN_PROGRESS */
export const requireMerge = async (parts: MergeParts, task: Task, into: Worktree): Promise<CurrentMerge> => {
  const current = await currentMerge(parts, task, into);
  if (current === null) throw new MakimaError('NO_MERGE_IN_PROGRESS');
  return current;
};
