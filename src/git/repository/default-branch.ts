import { MakimaError } from '../../errors.ts';
import { checkBranchName, couldBeBranch, gitText } from '../command/index.ts';
import type { Repository } from './repository.ts';

/** What a worktree starts from. */
export interface Base {
  /** As it is called: `main`, or `origin/main`; null where the source's HEAD names no branch. */
  branch: string | null;
  /** What the branch is called in the task's own repository; null where there is none. */
  local: string | null;
  commit: string;
}

const usual = ['main', 'master', 'develop'];
const remotePrefix = 'origin/';

/**
 * The commit of a branch, or of the default branch. The default of a clone URL is what the remote's HEAD says, of a local
 * repository what its origin/HEAD says; then main, master, develop; then HEAD, which may be detached. No process runs for the
 * default.
 *
 * @param baseBranch - as a task asks for it, `origin/main` too; null for the default
 * @throws MakimaError INVALID_REF, BRANCH_NOT_FOUND
 */
export const resolveBase = async (repository: Repository, baseBranch: string | null): Promise<Base> => {
  const { branches, head, originHead, headCommit } = repository.facts;
  if (baseBranch !== null) {
    // what the source has under this name is a branch: git need not be asked whether it could be one
    const base = couldBeBranch(baseBranch) ? baseNamed(repository, baseBranch) : null;
    if (base === null) {
      await checkBranchName(baseBranch);
      throw new MakimaError('BRANCH_NOT_FOUND', `There is no branch ${baseBranch} in ${repository.origin ?? 'the repository'}`);
    }
    return base;
  }
  for (const branch of repository.kind === 'local' ? [originHead, ...usual, head] : [head, ...usual]) {
    const base = branch === null ? null : baseNamed(repository, branch);
    if (base !== null) return base;
  }
  if (headCommit !== null) return { branch: null, local: null, commit: headCommit };
  const [only, ...more] = branches.keys();
  const base = only === undefined || more.length > 0 ? null : baseNamed(repository, only);
  if (base !== null) return base;
  throw new MakimaError(
    'BRANCH_NOT_FOUND',
    `No default branch was found; the repository has ${branches.size === 0 ? 'no branches' : [...branches.keys()].slice(0, 20).join(', ')}`,
  );
};

/** The source's branch, else what its origin has under this name, else what it calls so with `origin/` before. */
const baseNamed = ({ facts: { branches, originBranches } }: Repository, branch: string): Base | null => {
  const own = branches.get(branch) ?? originBranches.get(branch);
  if (own !== undefined) return { branch, local: branch, commit: own };
  const local = branch.startsWith(remotePrefix) ? branch.slice(remotePrefix.length) : '';
  const tracked = originBranches.get(local);
  return tracked === undefined ? null : { branch, local, commit: tracked };
};

/**
 * Says where a base is behind what the source has fetched of its origin: an agent would work on what is past, and nobody would
 * know before its work conflicts.
 *
 * @param field - of a new task, by which what is newer is asked for
 * @returns one sentence without its full stop; null where it is not behind
 */
export const staleBase = async (
  { kind, cacheDir, sourcePath, facts }: Repository,
  { branch, commit }: Base,
  field: 'baseBranch' | 'branch' = 'baseBranch',
  signal?: AbortSignal,
): Promise<string | null> => {
  const tracked = branch === null ? undefined : facts.originBranches.get(branch);
  if (
    kind !== 'local' ||
    cacheDir === null ||
    branch === null ||
    tracked === undefined ||
    tracked === commit ||
    !facts.branches.has(branch)
  )
    return null;
  const behind = Number(await gitText(['rev-list', '--count', `${commit}..${tracked}`], { gitDir: cacheDir, signal }));
  if (behind === 0) return null;
  return `${branch} is ${behind} ${behind === 1 ? 'commit' : 'commits'} behind ${remotePrefix}${branch} in ${sourcePath ?? 'the source'}, and this task is based on it as it is. Pull there, or give ${field} "${remotePrefix}${branch}", to work on what is newer`;
};
