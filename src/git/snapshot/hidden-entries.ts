import { statOf } from '../../files/look.ts';
import { joinBytes } from '../../files/relative-path.ts';
import { git, splitNul } from '../command/index.ts';
import { marksIn } from './look/marks.ts';
import type { SnapshotPlace } from './snapshot-place.ts';

/**
 * `git update-index --assume-unchanged` and `--skip-worktree` hide a file's changes from git. A snapshot sees them: in its
 * own index the marks are taken off, except where a sparse checkout has left the file out.
 *
 * @param idLength - of an object's id in hex
 */
export const unhideEntries = async (place: SnapshotPlace, idLength: number): Promise<void> => {
  if ((await marksIn(place.indexFile, idLength))?.hasHidden === false) return;
  const { stdout } = await git(['ls-files', '-v', '-z'], place);
  const assumed: Buffer[] = [];
  const skipped: Buffer[] = [];
  for (const field of splitNul(stdout)) {
    const tag = field[0] ?? 0;
    const file = field.subarray(2);
    // lower case: assume-unchanged; S: skip-worktree
    if (tag >= 0x61) assumed.push(file);
    if ((tag === 0x53 || tag === 0x73) && (await statOf(joinBytes(place.workTree, file))) !== null) skipped.push(file);
  }
  if (assumed.length > 0) await update(place, '--no-assume-unchanged', assumed);
  if (skipped.length > 0) await update(place, '--no-skip-worktree', skipped);
};

const update = async (place: SnapshotPlace, mark: string, files: readonly Buffer[]): Promise<void> => {
  const input = Buffer.concat(files.flatMap((file) => [file, Buffer.from('\0')]));
  await git(['update-index', mark, '-z', '--stdin'], { ...place, input });
};
