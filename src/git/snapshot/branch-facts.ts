import { isDirectory } from '../../files/look.ts';
import { git, gitText } from '../command/index.ts';
import { borrowing } from '../repository/index.ts';
import type { Worktree } from '../worktree/index.ts';

/**
 * Where a subtask's branch stands.
 *
 * @param against - the parent's HEAD, against which it is counted, and the git directory that has it; the subtask's own base
 *   commit where null
 */
export const branchFacts = async (
  worktree: Worktree,
  against: { commit: string; gitDir: string } | null,
): Promise<{ ahead: number; lastCommit: string | null; lastCommitMessage: string | null }> => {
  const { gitDir, adminDir } = worktree;
  // HEAD, as long as there is one: the agent may have switched to another branch or detached it
  const [place, ref] = (await isDirectory(adminDir))
    ? [{ gitDir: adminDir, commonDir: gitDir }, 'HEAD']
    : [{ gitDir }, `refs/heads/${worktree.branch}`];
  const { stdout, exitCode } = await git(['log', '-1', '--no-show-signature', '--format=%H %s', ref, '--'], { ...place, answers: [128] });
  if (exitCode !== 0) return { ahead: 0, lastCommit: null, lastCommitMessage: null };
  const text = stdout.toString('utf8').trimEnd();
  const end = text.indexOf(' ');
  const [head, message] = end === -1 ? [text, ''] : [text.slice(0, end), text.slice(end + 1)];
  const env = against === null ? {} : borrowing([against.gitDir]);
  const ahead = Number(await gitText(['rev-list', '--count', head, `^${against?.commit ?? worktree.baseCommit}`], { gitDir, env }));
  return { ahead, lastCommit: head, lastCommitMessage: message };
};
