import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { MakimaError } from '../../errors.ts';
import { isMissing } from '../../files/failure.ts';
import { isDirectory } from '../../files/look.ts';
import type { GitPlace } from '../command/index.ts';
import { requirePlainGitData } from '../repository/index.ts';

/** A task's worktree, as a plain record that is stored and used again after a restart. */
export interface Worktree {
  /** The directory that the agent works in. */
  path: string;
  /** The repository that is the task's alone. */
  gitDir: string;
  /**
   * Where its index and HEAD are, `<gitDir>/worktrees/<name>`: a linked worktree of a bare repository, the one shape of a `.git`
   * file that leads elsewhere which agents take for sound (claude 2.1.330 makes no worktree of its own from any other).
   */
  adminDir: string;
  /** Git directories whose objects that repository borrows; null of makima 0.1, where it was shared by all tasks of a source. */
  borrows: string[] | null;
  /** Without `refs/heads/`. */
  branch: string;
  /** What the task's changes are measured against. */
  baseCommit: string;
  sourcePath: string | null;
  origin: string | null;
}

/** Whether a worktree shares its repository with those of other tasks, as in makima 0.1. */
export const sharesRepository = ({ borrows }: Pick<Worktree, 'borrows'>): boolean => borrows === null;

/**
 * What a repository that is to have a worktree's commits borrows, and copies: what it borrows itself is never cleared away, its own
 * objects its agent may clear away. A repository that was shared by many tasks is large, and none of theirs is cleared away.
 */
export const lentBy = ({ gitDir, borrows }: Pick<Worktree, 'gitDir' | 'borrows'>): { borrows: string[]; objectsOf?: string } =>
  borrows === null ? { borrows: [gitDir] } : { borrows, objectsOf: gitDir };

/** Where a task's repository has the index and HEAD of the worktree at a path. */
export const adminDirOf = (gitDir: string, worktreePath: string): string => path.join(gitDir, 'worktrees', path.basename(worktreePath));

/** Told to every command that works in a worktree, so that the `.git` file there is never read. */
export const placeOf = (worktree: Worktree): GitPlace & { gitDir: string; workTree: string } => ({
  gitDir: worktree.adminDir,
  commonDir: worktree.gitDir,
  workTree: worktree.path,
});

/** The same without its files, for what is asked of its HEAD and settings: the `commondir` file there is an agent's to write. */
export const headPlaceOf = ({ adminDir, gitDir }: Pick<Worktree, 'adminDir' | 'gitDir'>): GitPlace & { gitDir: string } => ({
  gitDir: adminDir,
  commonDir: gitDir,
});

/** @throws MakimaError WORKTREE_NOT_FOUND where the directory or its git data is gone, GIT_FAILED where that is not what git makes */
export const requireWorktree = async (worktree: Worktree): Promise<void> => {
  if (!(await isDirectory(worktree.path))) throw new MakimaError('WORKTREE_NOT_FOUND', `The worktree ${worktree.path} does not exist`);
  if (!(await isDirectory(worktree.adminDir)))
    throw new MakimaError('WORKTREE_NOT_FOUND', `The git data of the worktree ${worktree.path} does not exist`);
  await requirePlainGitData(worktree.gitDir, worktree.adminDir);
};

const temporaryMaxAgeMs = 24 * 3600_000;

/** A name for a temporary file in a repository, which is on the disk that its objects are on. */
export const temporaryFile = async (gitDir: string, kind: string): Promise<string> => {
  const directory = path.join(gitDir, 'makima-tmp');
  await mkdir(directory, { recursive: true });
  return path.join(directory, `${kind}-${crypto.randomUUID()}`);
};

/** Removes what a crash left there. */
export const sweepTemporary = async (gitDir: string): Promise<void> => {
  const directory = path.join(gitDir, 'makima-tmp');
  if (!(await isDirectory(directory))) return;
  for (const name of await readdir(directory)) {
    const file = path.join(directory, name);
    const age = await stat(file).then(
      (found) => Date.now() - found.mtimeMs,
      (error: unknown) => {
        if (isMissing(error)) return 0;
        throw error;
      },
    );
    if (age > temporaryMaxAgeMs) await rm(file, { recursive: true, force: true });
  }
};
