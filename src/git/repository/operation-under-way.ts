import { readdir } from 'node:fs/promises';
import { isMissing } from '../../files/failure.ts';

/** What says that git is in the middle of something, by the names of its files. */
const signs: readonly (readonly [file: string, operation: string])[] = [
  ['rebase-merge', 'a rebase'],
  ['rebase-apply', 'a rebase'],
  ['MERGE_HEAD', 'a merge'],
  ['CHERRY_PICK_HEAD', 'a cherry-pick'],
  ['REVERT_HEAD', 'a revert'],
  ['sequencer', 'a cherry-pick or revert'],
  ['BISECT_LOG', 'a bisect'],
];

/** The operation at the beginning of a sentence. */
export const capitalized = (operation: string): string => operation.charAt(0).toUpperCase() + operation.slice(1);

/**
 * The operation that was begun in a worktree and is not finished, as it stands in a sentence: `a merge`. Read off its files.
 * @param adminDir - the git directory, of a linked worktree its own
 */
export const operationUnderWay = async (adminDir: string): Promise<string | null> => {
  try {
    const names = new Set(await readdir(adminDir));
    return signs.find(([file]) => names.has(file))?.[1] ?? null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};
