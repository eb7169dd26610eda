import { git, gitText } from './git-command.ts';
import type { GitPlace } from './git-environment.ts';
import { gitError } from './git-error.ts';

/** The commit that a full ref names, null where there is none. Takes a git directory of any kind; of a worktree, see `headPlaceOf`. */
export const commitOf = async (at: string | GitPlace, ref: string, signal?: AbortSignal): Promise<string | null> => {
  const place = typeof at === 'string' ? { gitDir: at } : at;
  const { stdout, exitCode } = await git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], { ...place, signal, answers: [1, 128] });
  return exitCode === 0 ? stdout.toString('utf8').trim() : null;
};

export const treeOf = (gitDir: string, commit: string, signal?: AbortSignal): Promise<string> =>
  gitText(['rev-parse', '--verify', `${commit}^{tree}`], { gitDir, signal });

/** Whether a commit is another or in its history; false where either is not there any more. */
export const isAncestor = async (gitDir: string, ancestor: string, of: string, signal?: AbortSignal): Promise<boolean> => {
  const args = ['merge-base', '--is-ancestor', ancestor, of];
  const { exitCode, stderr } = await git(args, { gitDir, signal, answers: [1, 128] });
  if (exitCode === 128 && !/^fatal: Not a valid commit name/m.test(stderr)) throw gitError('merge-base', exitCode, stderr);
  return exitCode === 0;
};
