import { MakimaError } from '../../errors.ts';
import { checkBranchName, git } from '../command/index.ts';
import { findLocalRepository, hasCommit } from './local-repository.ts';
import type { RepositorySource } from './repository-source.ts';

/**
 * The cheap check when a task is made: nothing is fetched or created. That a clone URL can be reached is only known when
 * the task starts.
 *
 * @param source - of parseRepositoryUrl
 * @param baseBranch - that the task asks for
 * @throws MakimaError INVALID_REPOSITORY, REPOSITORY_EMPTY, INVALID_REF or BRANCH_NOT_FOUND
 */
export const checkSource = async (source: RepositorySource, baseBranch: string | null): Promise<void> => {
  if (baseBranch !== null) await checkBranchName(baseBranch);
  if (source.kind === 'remote') return;
  if (source.kind !== 'local') {
    // a named repository may have gained branches by its earlier tasks, a new one has none but main
    if (baseBranch !== null && baseBranch !== 'main' && source.kind !== 'named') {
      throw new MakimaError('BRANCH_NOT_FOUND', `A new repository has no branch ${baseBranch}, only main`);
    }
    return;
  }
  const local = await findLocalRepository(source.path);
  if (!(await hasCommit(local.gitDir))) throw new MakimaError('REPOSITORY_EMPTY', `${source.path} has no commit yet`);
  if (baseBranch === null) return;
  for (const ref of [
    `refs/heads/${baseBranch}`,
    `refs/remotes/origin/${baseBranch}`,
    ...(baseBranch.startsWith('origin/') ? [`refs/remotes/${baseBranch}`] : []),
  ]) {
    const { exitCode } = await git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], { gitDir: local.gitDir, answers: [1, 128] });
    if (exitCode === 0) return;
  }
  throw new MakimaError('BRANCH_NOT_FOUND', `${source.path} has no branch ${baseBranch}`);
};
