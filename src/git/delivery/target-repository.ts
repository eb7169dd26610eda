import { MakimaError } from '../../errors.ts';
import { checkBranchName, commitOf, git, gitText } from '../command/index.ts';
import { findLocalRepository, type LocalRepository, parseRepositoryUrl, symbolicBranch } from '../repository/index.ts';

/** A user's repository that a completion action writes to: objects, and the branches that it names. */
export type TargetRepository = LocalRepository;

/**
 * @param given - the path of a checkout, a linked worktree or a bare repository, absolute or with `~`
 * @param userHome - what `~` stands for
 * @throws MakimaError INVALID_REPOSITORY
 */
export const openTarget = async (given: string, userHome: string): Promise<TargetRepository> => {
  const source = parseRepositoryUrl(given, userHome);
  if (source.kind !== 'local') throw new MakimaError('INVALID_REPOSITORY', 'targetRepoPath is no absolute path and does not begin with ~/');
  return findLocalRepository(source.path);
};

/** The commit of a branch, null where there is no such branch. */
export const branchTip = (target: TargetRepository, branch: string, signal?: AbortSignal): Promise<string | null> =>
  commitOf(target.commonDir, `refs/heads/${branch}`, signal);

/** The name of the branch that a branch stands for: another where it is a symbolic ref, which some make of `master`. */
const realName = async (target: TargetRepository, branch: string, signal?: AbortSignal): Promise<string> => {
  const { stdout, exitCode } = await git(['symbolic-ref', '--quiet', `refs/heads/${branch}`], {
    gitDir: target.commonDir,
    signal,
    answers: [1, 128],
  });
  const name = stdout.toString('utf8').trim();
  return exitCode === 0 && name.startsWith('refs/heads/') ? name.slice('refs/heads/'.length) : branch;
};

/**
 * The branch that work goes into: the one asked for, else the repository's default branch, which is what its origin/HEAD
 * says, then main, master, develop, then HEAD.
 *
 * @throws MakimaError INVALID_REF, TARGET_BRANCH_NOT_FOUND
 */
export const targetBranch = async (
  target: TargetRepository,
  wanted: string | null,
  signal?: AbortSignal,
): Promise<{ branch: string; commit: string }> => {
  const tip = async (name: string): Promise<{ branch: string; commit: string } | null> => {
    const branch = await realName(target, name, signal);
    const commit = await branchTip(target, branch, signal);
    return commit === null ? null : { branch, commit };
  };
  if (wanted !== null) {
    await checkBranchName(wanted);
    const found = await tip(wanted);
    if (found !== null) return found;
    const remote = await commitOf(target.commonDir, `refs/remotes/origin/${wanted}`, signal);
    const hint = remote === null ? '' : `, only origin/${wanted}: \`git branch ${wanted} origin/${wanted}\` makes it`;
    throw new MakimaError('TARGET_BRANCH_NOT_FOUND', `${target.path} has no branch ${wanted}${hint}`);
  }
  for (const name of [
    await symbolicBranch(target.commonDir, 'refs/remotes/origin/HEAD', signal),
    'main',
    'master',
    'develop',
    await symbolicBranch(target.commonDir, 'HEAD', signal),
  ]) {
    const found = name === null ? null : await tip(name);
    if (found !== null) return found;
  }
  throw new MakimaError('TARGET_BRANCH_NOT_FOUND', `${target.path} has no default branch`);
};

/** The name of the branch that a pull request is for: it need not be there locally. */
export const baseBranchName = async (target: TargetRepository, wanted: string | null, signal?: AbortSignal): Promise<string> => {
  if (wanted !== null) return wanted;
  return (await symbolicBranch(target.commonDir, 'refs/remotes/origin/HEAD', signal)) ?? (await targetBranch(target, null, signal)).branch;
};

/**
 * Holds a new branch against those that are there: git keeps `a` from being made where there is `a/b`, and the other way.
 *
 * @throws MakimaError BRANCH_TAKEN
 */
export const requireFreeName = async (target: TargetRepository, branch: string, signal?: AbortSignal): Promise<void> => {
  const parts = branch.split('/');
  for (let length = 1; length < parts.length; length += 1) {
    const above = parts.slice(0, length).join('/');
    if ((await branchTip(target, above, signal)) !== null)
      throw new MakimaError('BRANCH_TAKEN', `${target.path} has a branch ${above}, beside which git can make no ${branch}`);
  }
  const below = await gitText(['for-each-ref', '--count=1', '--format=%(refname:strip=2)', `refs/heads/${branch}/`], {
    gitDir: target.commonDir,
    signal,
  });
  if (below !== '') throw new MakimaError('BRANCH_TAKEN', `${target.path} has a branch ${below}, beside which git can make no ${branch}`);
};
