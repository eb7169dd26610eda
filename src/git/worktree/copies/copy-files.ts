import { checkParents, checkRelativePath, joinBytes } from '../../../files/relative-path.ts';
import { copyEntry, settleCopy, type CopyOptions } from './copy-entry.ts';
import { copyLinks, isLeftOut, reportLinks, type LinkOptions } from './copy-links.ts';
import type { Skipped } from './step.ts';

/** As `checkRelativePath` has it, of what is in a directory that was asked for. */
const skip: readonly Skipped[] = [
  { name: '.makima', at: 'top', inAnyCase: true },
  { name: '.git', at: 'anywhere', inAnyCase: true },
];

/**
 * Copies files and directories from one worktree to another, where they replace what stands there. Of a link that leads
 * out, what it leads to is copied. `.git` and `.makima` stay out.
 *
 * @param paths - relative; all are checked before anything is copied
 * @returns which were copied and which are not there; a link that is left out is neither
 * @throws MakimaError INVALID_PATH for one that leads out of either directory, by `..` or through a link
 */
export const copyFiles = async (
  fromDir: string,
  toDir: string,
  paths: readonly string[],
  { signal, committed, told }: LinkOptions = {},
): Promise<{ copied: string[]; missing: string[] }> => {
  const checked = paths.map((given) => checkRelativePath(given));
  const there: boolean[] = [];
  for (const relative of checked) {
    there.push(await checkParents(fromDir, Buffer.from(relative), false));
    await checkParents(toDir, Buffer.from(relative), false);
  }
  const copied: string[] = [];
  const missing: string[] = [];
  const links = await copyLinks(fromDir, toDir, 'copy', committed);
  const options: CopyOptions = { existing: 'replace', links, skip, signal };
  for (const [index, relative] of checked.entries()) {
    const bytes = Buffer.from(relative);
    const isThere = there[index] === true && (await copyOne(fromDir, toDir, bytes, options));
    if (!isThere) missing.push(relative);
    else if (!isLeftOut(links, bytes)) copied.push(relative);
  }
  await settleCopy(options);
  await told?.(reportLinks(links));
  return { copied, missing };
};

const copyOne = async (fromDir: string, toDir: string, relative: Buffer, options: CopyOptions): Promise<boolean> => {
  if (!(await checkParents(fromDir, relative, false))) return false;
  await checkParents(toDir, relative, true);
  return copyEntry(joinBytes(fromDir, relative), joinBytes(toDir, relative), relative, options);
};
