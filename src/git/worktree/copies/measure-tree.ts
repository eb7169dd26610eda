import { constants } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import { isMissing, isRefused } from '../../../files/failure.ts';

/** What may still be brought. */
export interface Room {
  entries: number;
  bytes: number;
  /** The last one that is measured: one at a time, so that a huge one takes no room from a small one beside it. */
  last: Promise<unknown>;
}

const maxDepth = 100;

/**
 * Looks whether all of a file or directory may be read and fits, before anything of it is copied: half of a directory is
 * worse than none. What it takes is taken off the room.
 *
 * @returns why not; null where it fits
 */
export const measureTree = (file: Buffer, room: Room): Promise<string | null> => {
  const turn = room.last.then(async () => {
    const left = { entries: room.entries, bytes: room.bytes };
    const why = await measure(file, left, 0);
    if (why === null) Object.assign(room, left);
    return why;
  });
  room.last = turn.catch(() => undefined); // its caller's failure, not the next one's
  return turn;
};

const measure = async (file: Buffer, left: Pick<Room, 'entries' | 'bytes'>, depth: number): Promise<string | null> => {
  try {
    const found = await lstat(file);
    left.entries -= 1;
    if (found.isFile()) left.bytes -= found.size;
    if (left.entries < 0 || left.bytes < 0 || depth > maxDepth) return 'it leads to more than is copied';
    if (found.isFile()) await access(file, constants.R_OK);
    if (!found.isDirectory()) return null;
    for (const name of await readdir(file, { encoding: 'buffer' })) {
      const why = await measure(Buffer.concat([file, Buffer.from('/'), name]), left, depth + 1);
      if (why !== null) return why;
    }
    return null;
  } catch (error) {
    if (isRefused(error)) return 'some of what it leads to may not be read';
    if (isMissing(error)) return null;
    throw error;
  }
};
