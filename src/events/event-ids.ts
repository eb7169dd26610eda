import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { MakimaError } from '../errors.ts';
import { codeOf } from '../files/failure.ts';
import { writeFailure } from './write-failure.ts';

/** The ids of the first fsync, and twice as many with every further one up to the most; a crash skips so many ids. */
const firstBlock = 10_000;
const largestBlock = 1_000_000;

const writeDurably = (path: string, text: string): void => {
  const temporary = `${path}.new`;
  try {
    const fd = openSync(temporary, 'w', 0o600);
    try {
      const bytes = Buffer.from(text);
      if (writeSync(fd, bytes) !== bytes.length) throw new MakimaError('DISK_FULL', `${temporary} could not be written in whole`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    const directory = openSync(dirname(path), 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  } catch (error) {
    rmSync(temporary, { force: true });
    throw writeFailure(error, path);
  }
};

const readReserved = (path: string): number | null => {
  try {
    const match = /^(\d{1,16})\n$/.exec(readFileSync(path, 'latin1'));
    return match === null ? null : Number(match[1]);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
};

/**
 * The ids of events: one counter over all tasks and restarts. They come from no clock, since clocks are set back.
 * A block of ids is reserved on disk before the first of it is used, so a crash skips ids and never repeats one.
 */
export class EventIds {
  readonly #path: string;
  #last: number;
  #reserved: number;
  #block = firstBlock;

  /**
   * @param path - the file that holds the highest reserved id
   * @param highestUsed - looks for the highest id in use, asked only when the file is missing or damaged
   */
  constructor(path: string, highestUsed: () => number) {
    this.#path = path;
    this.#reserved = readReserved(path) ?? highestUsed();
    this.#last = this.#reserved;
  }

  /** The highest id that was given out, or may have been given out before a restart. */
  get last(): number {
    return this.#last;
  }

  /**
   * A reader can only have seen ids up to the last, also of before a crash: a block is reserved on disk before one of it is used.
   * @throws MakimaError EVENTS_GONE for one that is beyond it: of another home, or of events that were lost with its logs
   */
  assertGiven(id: number): void {
    if (id > this.#last)
      throw new MakimaError('EVENTS_GONE', `No event here has the id ${id} yet: it was counted in another home, or its events are lost`, {
        details: { lastId: this.#last },
      });
  }

  /**
   * @returns the first of `count` ids that follow one another
   * @throws MakimaError DISK_FULL; no id is given out then
   */
  take(count: number): number {
    if (this.#last + count > this.#reserved) {
      const reserved = this.#last + Math.max(count, this.#block);
      writeDurably(this.#path, `${reserved}\n`);
      this.#reserved = reserved;
      this.#block = Math.min(2 * this.#block, largestBlock);
    }
    const first = this.#last + 1;
    this.#last += count;
    return first;
  }
}
