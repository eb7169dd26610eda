import { constants } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import type { InTurn } from '../../../domain/turns.ts';
import { isMissing, isRefused } from '../../../files/failure.ts';

/** What may still be brought. */
export interface Room {
  entries: number;
  bytes: number;
  /** One is measured at a time, so that a huge one takes no room from a small one beside it. */
  inTurn: InTurn;
}

const maxDepth = 100;

/**
 * Looks whether all of a file or directory may be read and fits, before anything of it is copied: half of a directory is
 * worse than none. What it takes is taken off the room.
 *
 * @returns why not; null where it fits
 */
export const measureTree = (file: Buffer, room: Room): Promise<string | null> =>
  room.inTurn(async () => {
    const left = { entries: room.entries, bytes: room.bytes };
    const why = await measure(file, left, 0);
    if (why === null) Object.assign(room, left);
    return why;
  });

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
