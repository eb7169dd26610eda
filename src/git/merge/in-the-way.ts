import { readdir } from 'node:fs/promises';
import { MakimaError } from '../../errors.ts';
import { statOf } from '../../files/look.ts';
import { joinBytes } from '../../files/relative-path.ts';
import { keyOf, showPath, type TreeChange } from '../command/index.ts';
import type { Worktree } from '../worktree/index.ts';

/**
 * Git would overwrite an ignored file without a word, and cannot put a file where a directory with ignored files is.
 * @throws MakimaError MERGE_BLOCKED
 */
export const refuseWhatIsInTheWay = async (into: Worktree, changes: readonly TreeChange[]): Promise<void> => {
  const gone = new Set(changes.filter(({ after }) => after === null).map((change) => keyOf(change.path)));
  for (const { path: relative, before, after } of changes) {
    if (before !== null || after === null) continue;
    const found = await statOf(joinBytes(into.path, relative));
    // a directory of files that the merge deletes is no hindrance; one with others in it makes git fail, with nothing changed
    const isHindrance = found !== null && (!found.isDirectory() || (after.mode !== '160000' && !(await isEmptied(into, relative, gone))));
    if (isHindrance || (await leadsThroughFile(into, relative, gone)))
      throw new MakimaError('MERGE_BLOCKED', `${showPath(relative)} is ignored by git in this worktree, and the merge would write there`);
  }
};

const isEmptied = async (into: Worktree, directory: Buffer, gone: ReadonlySet<string>): Promise<boolean> => {
  for (const entry of await readdir(joinBytes(into.path, directory), { withFileTypes: true, encoding: 'buffer' })) {
    const inner = joinBytes(directory, entry.name);
    if (entry.isDirectory() ? !(await isEmptied(into, inner, gone)) : !gone.has(keyOf(inner))) return false;
  }
  return true;
};

const leadsThroughFile = async (into: Worktree, relative: Buffer, gone: ReadonlySet<string>): Promise<boolean> => {
  for (let at = relative.indexOf(0x2f); at !== -1; at = relative.indexOf(0x2f, at + 1)) {
    const parent = relative.subarray(0, at);
    const found = await statOf(joinBytes(into.path, parent));
    if (found === null) return false;
    if (!found.isDirectory()) return !gone.has(keyOf(parent));
  }
  return false;
};
