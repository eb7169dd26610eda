import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { MakimaError } from '../errors.ts';
import { copyEntry } from './copy-entry.ts';
import { git, splitNul } from './git-command.ts';
import { findLocalRepository, isMissing } from './local-repository.ts';
import { checkParents, isReserved, joinBytes } from './relative-path.ts';
import { showPath } from './show-path.ts';

/** More matches than anybody means; a pattern such as `*` would copy all of node_modules. */
const maxFiles = 20_000;
const maxPatternBytes = 256 * 1024;

/**
 * Copies the files that the `.worktreeinclude` of the user's checkout names (gitignore syntax) and that git does not track
 * there: `.env` and its like. What the worktree has already stays. Links are copied as links, never followed.
 *
 * @param sourcePath - the user's checkout; a bare repository has nothing to copy
 * @param toDir - the worktree
 * @returns the files copied, and whether there were more than 20,000
 * @throws MakimaError INVALID_REPOSITORY, GIT_FAILED
 */
export const copyWorktreeInclude = async (sourcePath: string, toDir: string, signal?: AbortSignal): Promise<{ copied: string[]; truncated: boolean }> => {
  const local = await findLocalRepository(sourcePath);
  if (local.checkout === null) return { copied: [], truncated: false };
  const patterns = path.join(local.checkout, '.worktreeinclude');
  if (!(await isPatternFile(patterns))) return { copied: [], truncated: false };
  const { stdout } = await git(['ls-files', '--others', '--ignored', `--exclude-from=${patterns}`, '-z'], { gitDir: local.gitDir, commonDir: local.commonDir, workTree: local.checkout, signal });
  const files = splitNul(stdout).filter((file) => !isReserved(file.toString().split('/')));
  const copied: string[] = [];
  for (const file of files.slice(0, maxFiles)) {
    if (!(await checkParents(local.checkout, file, false)) || !(await makeParents(toDir, file))) continue;
    const relative = file[file.length - 1] === 0x2f ? file.subarray(0, -1) : file;
    await copyEntry(joinBytes(local.checkout, relative), joinBytes(toDir, relative), relative, { existing: 'keep', signal, copied: (leaf) => void copied.push(showPath(leaf)) });
  }
  return { copied, truncated: files.length > maxFiles };
};

/** Where the worktree's branch has a link or a file in the way, its own content stays. */
const makeParents = async (toDir: string, file: Buffer): Promise<boolean> => {
  try {
    return await checkParents(toDir, file, true);
  } catch (error) {
    if (error instanceof MakimaError && error.code === 'INVALID_PATH') return false;
    throw error;
  }
};

const isPatternFile = async (file: string): Promise<boolean> => {
  try {
    const found = await lstat(file);
    return found.isFile() && found.size <= maxPatternBytes;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};
