import { commitOf, git, gitText, isAncestor, treeOf, whileLocked } from '../command/index.ts';
import { headPlaceOf, makimaDirectory, type Worktree } from '../worktree/index.ts';
import { snapshotTree } from './snapshot.ts';

export const trailerKey = 'Makima-Task';

/** Where a task's repository keeps what a completion action brings out, so that a repeat brings out the same commit. */
export const completionRef = (taskId: string, what: 'work' | 'merged'): string => `refs/makima/completion/${taskId}/${what}`;

export interface NewCommit {
  message: string;
  /** Author and committer, asked for only where a commit is made. */
  identity: () => Promise<Record<string, string>>;
  signal?: AbortSignal | undefined;
}

/** A commit of a tree. */
export const commitWork = async (
  gitDir: string,
  tree: string,
  parents: readonly string[],
  { message, identity, signal }: NewCommit,
): Promise<string> =>
  gitText(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'], {
    gitDir,
    env: await identity(),
    input: message,
    config: [['i18n.commitEncoding', 'UTF-8']],
    signal,
  });

export const keepRef = async (gitDir: string, ref: string, commit: string, signal?: AbortSignal): Promise<void> => {
  await whileLocked(() => git(['update-ref', ref, commit], { gitDir, signal }), signal);
};

/** Whether a commit says which task it belongs to. */
export const isCommitOf = async (gitDir: string, commit: string, taskId: string, signal?: AbortSignal): Promise<boolean> => {
  const trailers = await gitText(['log', '-1', '--no-show-signature', `--format=%(trailers:key=${trailerKey},valueonly)`, commit, '--'], {
    gitDir,
    signal,
  });
  return trailers.split('\n').includes(taskId);
};

/** A repository's commits may hold `.makima` all the same, by plumbing: then its own commits are left out of what is brought out. */
const cleanHead = async (worktree: Worktree, head: string, signal?: AbortSignal): Promise<string> => {
  const touched = await gitText(
    ['rev-list', '--max-count=1', '--full-history', head, `^${worktree.baseCommit}`, '--', `:(top,literal)${makimaDirectory}`],
    { gitDir: worktree.gitDir, signal },
  );
  return touched === '' ? head : worktree.baseCommit;
};

/**
 * All of a task's work as one commit with its history: what the agent committed stays as it is, what it did not is committed
 * on top. What was brought out before is always an ancestor, so that a branch which has it only ever moves forward. The
 * same worktree gives the same commit again.
 *
 * @returns the commit, kept under a private ref
 * @throws MakimaError WORKTREE_NOT_FOUND, NO_COMMIT_IDENTITY, DISK_FULL, GIT_FAILED
 */
export const workCommit = async (worktree: Worktree, taskId: string, commit: NewCommit): Promise<string> => {
  const { gitDir } = worktree;
  const { signal } = commit;
  const ref = completionRef(taskId, 'work');
  const tree = await snapshotTree(worktree, signal);
  const head = await cleanHead(worktree, (await commitOf(headPlaceOf(worktree), 'HEAD', signal)) ?? worktree.baseCommit, signal);
  const last = await commitOf(gitDir, ref, signal);
  if (last !== null && (await treeOf(gitDir, last, signal)) === tree && (await isAncestor(gitDir, head, last, signal))) return last;
  const continues = last === null || (await isAncestor(gitDir, last, head, signal));
  let tip = head;
  if (!continues || (await treeOf(gitDir, head, signal)) !== tree) {
    const parents = continues ? [head] : (await isAncestor(gitDir, head, last, signal)) ? [last] : [last, head];
    tip = await commitWork(gitDir, tree, parents, commit);
  }
  await keepRef(gitDir, ref, tip, signal);
  return tip;
};
