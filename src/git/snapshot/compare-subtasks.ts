import { MakimaError } from '../../errors.ts';
import type { Worktree } from '../worktree/index.ts';
import { countAhead } from './ahead.ts';
import type { MergeSource } from './merge-source.ts';
import { compareContent } from './missing-content.ts';
import type { Standing } from './standing.ts';

/** A subtask that is held against its parent. */
export interface ComparedSubtask {
  worktree: Worktree;
  standing: Standing;
  /** The source of its last merge. */
  merged: MergeSource | null;
}

/**
 * Finds out at once what `isContained` and `missingContent` are asked of many subtasks: a few commands for all of them, and none
 * where it is known. Where one stands in the way of that, they ask for themselves.
 */
export const compareSubtasks = async (parent: Worktree, into: Standing, subtasks: readonly ComparedSubtask[]): Promise<void> => {
  const lenders = subtasks.map(({ worktree }) => worktree.gitDir);
  const commits = subtasks.flatMap(({ standing: { tree, head, headTree }, merged }) => [
    ...(merged?.tree === tree ? [merged.commit] : []),
    ...(head !== null && headTree === tree ? [head] : []),
  ]);
  const contents = subtasks.map(({ worktree: { gitDir, baseCommit }, standing: { tree } }) => ({ gitDir, tree, baseCommit }));
  const tries = await Promise.allSettled([
    into.head === null ? undefined : countAhead(parent.gitDir, lenders, commits, into.head),
    compareContent(contents, { gitDir: parent.gitDir, tree: into.tree }),
  ]);
  for (const each of tries) if (each.status === 'rejected' && !(each.reason instanceof MakimaError)) throw each.reason;
};
