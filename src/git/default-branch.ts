import { MakimaError } from '../errors.ts';
import { git, gitText } from './git-command.ts';
import { checkBranchName } from './ref-name.ts';
import { sourceHead, sourceHeadBranch, sourceHeads, sourceOriginBranch, type Repository } from './repository.ts';

/** What a worktree starts from. */
export interface Base {
  /** Without `refs/heads/`; null where the source's HEAD names no branch. */
  branch: string | null;
  commit: string;
}

const usual = ['main', 'master', 'develop'];

/**
 * The commit of a branch, or of the default branch. The default of a clone URL is what the remote's HEAD says, of a local
 * repository what its origin/HEAD says; then main, master, develop; then HEAD, which may be detached.
 *
 * @param baseBranch - as a task asks for it, null for the default
 * @throws MakimaError INVALID_REF, BRANCH_NOT_FOUND
 */
export const resolveBase = async (repository: Repository, baseBranch: string | null, signal?: AbortSignal): Promise<Base> => {
  const { gitDir } = repository;
  if (baseBranch !== null) {
    await checkBranchName(baseBranch);
    const commit = await commitOfBranch(repository, baseBranch, signal);
    if (commit === null) throw new MakimaError('BRANCH_NOT_FOUND', `There is no branch ${baseBranch} in ${repository.origin ?? 'the repository'}`);
    return { branch: baseBranch, commit };
  }
  const head = await branchNamed(gitDir, sourceHeadBranch, sourceHeads, signal);
  const originHead = await branchNamed(gitDir, sourceOriginBranch, 'refs/remotes/origin/', signal);
  const candidates = repository.kind === 'local' ? [originHead, ...usual, head] : [head, ...usual];
  for (const branch of candidates) {
    const commit = branch === null ? null : await commitOfBranch(repository, branch, signal);
    if (commit !== null) return { branch, commit };
  }
  const detached = await commitOf(gitDir, sourceHead, signal);
  if (detached !== null) return { branch: null, commit: detached };
  const branches = (await gitText(['for-each-ref', '--count=20', '--format=%(refname)', sourceHeads], { gitDir, signal })).split('\n').filter((ref) => ref !== '').map((ref) => ref.slice(sourceHeads.length));
  const only = branches.length === 1 ? branches[0] : undefined;
  const commit = only === undefined ? null : await commitOfBranch(repository, only, signal);
  if (only !== undefined && commit !== null) return { branch: only, commit };
  throw new MakimaError('BRANCH_NOT_FOUND', `No default branch was found; the repository has ${branches.length === 0 ? 'no branches' : branches.join(', ')}`);
};

/** The source's branch; of a repository that makima made, the repository's own. */
const commitOfBranch = async (repository: Repository, branch: string, signal?: AbortSignal): Promise<string | null> => {
  const mirrored = repository.kind === 'local' || repository.kind === 'remote';
  const refs = mirrored ? [sourceHeads + branch, `refs/remotes/origin/${branch}`] : [`refs/heads/${branch}`];
  for (const ref of refs) {
    const commit = await commitOf(repository.gitDir, ref, signal);
    if (commit !== null) return commit;
  }
  return null;
};

/** The commit that a full ref names, null where there is none. Takes a git directory of any kind. */
export const commitOf = async (gitDir: string, ref: string, signal?: AbortSignal): Promise<string | null> => {
  const { stdout, exitCode } = await git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], { gitDir, signal, answers: [1, 128] });
  return exitCode === 0 ? stdout.toString('utf8').trim() : null;
};

const branchNamed = async (gitDir: string, ref: string, prefix: string, signal?: AbortSignal): Promise<string | null> => {
  const { stdout, exitCode } = await git(['symbolic-ref', '--quiet', ref], { gitDir, signal, answers: [1, 128] });
  const target = stdout.toString('utf8').trim();
  return exitCode === 0 && target.startsWith(prefix) ? target.slice(prefix.length) : null;
};
