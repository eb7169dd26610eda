import { commitOf } from './default-branch.ts';
import { gitText } from './git-command.ts';
import { isDirectory, type Worktree } from './worktree.ts';

/**
 * Where a subtask's branch stands.
 *
 * @param into - the parent's worktree, against which it is counted; null where there is none
 */
export const branchFacts = async (worktree: Worktree, into: Worktree | null): Promise<{ ahead: number; lastCommit: string | null; lastCommitMessage: string | null }> => {
  const { gitDir } = worktree;
  const ref = `refs/heads/${worktree.branch}`;
  const head = (await isDirectory(worktree.adminDir)) ? await commitOf(worktree.adminDir, 'HEAD') : await commitOf(gitDir, ref);
  if (head === null) return { ahead: 0, lastCommit: null, lastCommitMessage: null };
  const against = into !== null && (await isDirectory(into.adminDir)) ? await commitOf(into.adminDir, 'HEAD') : null;
  const ahead = Number(await gitText(['rev-list', '--count', head, `^${against ?? worktree.baseCommit}`], { gitDir }));
  return { ahead, lastCommit: head, lastCommitMessage: await gitText(['log', '-1', '--format=%s', head], { gitDir }) };
};
