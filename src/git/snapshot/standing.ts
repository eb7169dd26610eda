import type { Worktree } from '../worktree/index.ts';
import { commitsOf } from './commit-facts.ts';
import { headOf } from './head.ts';
import { snapshotTree } from './snapshot.ts';

/** How a worktree stands at a moment. */
export interface Standing {
  /** Everything that it holds and git does not ignore, committed or not. */
  tree: string;
  /** HEAD's commit and that commit's tree; null where HEAD names none. */
  head: string | null;
  headTree: string | null;
}

/**
 * Takes a worktree's standing: one git command where nothing has changed since the last time.
 * @throws MakimaError WORKTREE_NOT_FOUND, DISK_FULL, GIT_FAILED
 */
export const standingOf = async (worktree: Worktree, signal?: AbortSignal): Promise<Standing> => {
  const tree = await snapshotTree(worktree, signal);
  const head = await headOf(worktree, signal);
  const headTree = head === null ? null : ((await commitsOf([worktree.gitDir], [head], signal)).get(head)?.tree ?? null);
  return { tree, head: headTree === null ? null : head, headTree };
};
