import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../../files/failure.ts';
import { statOf } from '../../../files/look.ts';
import { checkParents, hasParents, isReserved, joinBytes } from '../../../files/relative-path.ts';
import { git, showPath, splitNul } from '../../command/index.ts';
import { findLocalRepository } from '../../repository/index.ts';
import { copyNamed, settleCopy, type CopyOptions } from './copy-entry.ts';
import { copyLinks, noteLeftOut, reportLinks, type LinkOptions } from './copy-links.ts';

/** More matches than anybody means; a pattern such as `*` would copy all of node_modules. */
const maxFiles = 20_000;
const maxPatternBytes = 256 * 1024;

/**
 * Copies the files that the `.worktreeinclude` of the user's checkout names (gitignore syntax) and that git does not track
 * there: `.env` and its like. What the worktree has already stays. Of a link that leads out of the checkout, what it leads
 * to is copied. A worktree of another repository of the user's is left out: its `.git` leads back to that.
 *
 * @param sourcePath - the user's checkout; a bare repository has nothing to copy
 * @param toDir - the worktree
 * @returns the files copied, and whether there were more than 20,000
 * @throws MakimaError INVALID_REPOSITORY, GIT_FAILED
 */
export const copyWorktreeInclude = async (
  sourcePath: string,
  toDir: string,
  { signal, told }: Pick<LinkOptions, 'signal' | 'told'> = {},
): Promise<{ copied: string[]; truncated: boolean }> => {
  const local = await findLocalRepository(sourcePath);
  if (local.checkout === null) return { copied: [], truncated: false };
  const patterns = path.join(local.checkout, '.worktreeinclude');
  if (!(await isPatternFile(patterns))) return { copied: [], truncated: false };
  const { stdout } = await git(['ls-files', '--others', '--ignored', `--exclude-from=${patterns}`, '-z'], {
    gitDir: local.gitDir,
    commonDir: local.commonDir,
    workTree: local.checkout,
    signal,
  });
  const files = splitNul(stdout).filter((file) => !isReserved(file.toString().split('/')));
  const copied: string[] = [];
  const links = await copyLinks(local.checkout, toDir, 'copy');
  const options: CopyOptions = { existing: 'keep', links, signal, copied: (leaf) => void copied.push(showPath(leaf)) };
  const named = new Map<string, string[]>();
  for (const [directory, there] of byDirectory(files.slice(0, maxFiles))) {
    const [any] = there;
    if (any === undefined || !(await checkParents(local.checkout, any.file, false))) continue;
    const names: string[] = [];
    for (const { name, file, isRepository } of there) {
      if (isRepository && !(await hasOwnGitDir(joinBytes(local.checkout, file))))
        noteLeftOut(links, file, 'its .git leads to a repository of yours');
      else names.push(name);
    }
    // Where the worktree's branch has a link or a file in the way, its own content stays.
    if (names.length > 0 && (await hasParents(toDir, any.file, true))) named.set(directory, names);
  }
  await copyNamed(local.checkout, toDir, named, options);
  await settleCopy(options);
  await told?.(reportLinks(links));
  return { copied, truncated: files.length > maxFiles };
};

interface Listed {
  name: string;
  file: Buffer;
  /** Git lists no files of it. */
  isRepository: boolean;
}

/** What is asked of the directories above a file is asked once for all that are in one. Bytes as latin1. */
const byDirectory = (files: readonly Buffer[]): Map<string, Listed[]> =>
  Map.groupBy(
    files.map((given) => {
      const isRepository = given[given.length - 1] === 0x2f;
      const file = isRepository ? given.subarray(0, -1) : given;
      return { file, isRepository, name: file.subarray(file.lastIndexOf(0x2f) + 1).toString('latin1') };
    }),
    ({ file }) => file.subarray(0, Math.max(0, file.lastIndexOf(0x2f))).toString('latin1'),
  );

/** A linked worktree and a submodule have a file `.git`, by which an agent's git would act on the user's repository. */
const hasOwnGitDir = async (directory: Buffer): Promise<boolean> => {
  const dotGit = await statOf(joinBytes(directory, '.git'));
  return dotGit === null || dotGit.isDirectory();
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
