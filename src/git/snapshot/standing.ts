import { git } from '../command/index.ts';
import type { Worktree } from '../worktree/index.ts';
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
 * Takes a worktree's standing once, for all that is asked about it in one call: each snapshot is five git commands.
 * @throws MakimaError WORKTREE_NOT_FOUND, DISK_FULL, GIT_FAILED
 */
export const standingOf = async (worktree: Worktree, signal?: AbortSignal): Promise<Standing> => {
  const tree = await snapshotTree(worktree, signal);
  const { stdout, exitCode } = await git(['rev-parse', 'HEAD^{commit}', 'HEAD^{tree}'], {
    gitDir: worktree.adminDir,
    commonDir: worktree.gitDir,
    signal,
    answers: [128],
  });
  const [head = null, headTree = null] = exitCode === 0 ? stdout.toString('utf8').trim().split('\n') : [];
  return { tree, head, headTree };
};
