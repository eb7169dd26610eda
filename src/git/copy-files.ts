import { copyEntry } from './copy-entry.ts';
import { checkParents, checkRelativePath, isReserved, joinBytes } from './relative-path.ts';

/**
 * Copies files and directories from one worktree to another, where they replace what stands there. Links are copied as
 * links. `.git` and `.makima` stay out.
 *
 * @param paths - relative; all are checked before anything is copied
 * @returns which were copied and which are not there
 * @throws MakimaError INVALID_PATH for one that leads out of either directory, by `..` or through a link
 */
export const copyFiles = async (fromDir: string, toDir: string, paths: readonly string[], signal?: AbortSignal): Promise<{ copied: string[]; missing: string[] }> => {
  const checked = paths.map((given) => checkRelativePath(given));
  const there: boolean[] = [];
  for (const relative of checked) {
    there.push(await checkParents(fromDir, Buffer.from(relative), false));
    await checkParents(toDir, Buffer.from(relative), false);
  }
  const copied: string[] = [];
  const missing: string[] = [];
  const skip = (inner: Buffer): boolean => isReserved(inner.toString().split('/'));
  for (const [index, relative] of checked.entries()) {
    const bytes = Buffer.from(relative);
    const isCopied = there[index] === true && (await copyOne(fromDir, toDir, bytes, { existing: 'replace', skip, signal }));
    (isCopied ? copied : missing).push(relative);
  }
  return { copied, missing };
};

const copyOne = async (fromDir: string, toDir: string, relative: Buffer, options: Parameters<typeof copyEntry>[3]): Promise<boolean> => {
  if (!(await checkParents(fromDir, relative, false))) return false;
  await checkParents(toDir, relative, true);
  return copyEntry(joinBytes(fromDir, relative), joinBytes(toDir, relative), relative, options);
};
