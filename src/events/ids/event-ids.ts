import { randomInt } from 'node:crypto';
import { MakimaError } from '../../errors.ts';
import { readPlace, type EventPlace } from './event-place.ts';
import { readIdFile, writeIdFile, type Counting } from './id-file.ts';

/** The ids of the first fsync, and twice as many with every further one up to the most; a crash skips so many ids. */
const firstBlock = 10_000;
const largestBlock = 1_000_000;
/** Lives of the daemon whose readers may still come back; the oldest are forgotten, and their readers begin anew. */
const maxCountings = 1000;
/** Clocks are set back, and files are dated by them: what is dated by so many milliseconds earlier than it must be is believed to be later. */
const clockDoubt = 24 * 60 * 60 * 1000;

const nameLength = 8;
const letters = '0123456789abcdefghijklmnopqrstuvwxyz';
const newName = (): string => Array.from({ length: nameLength }, () => letters[randomInt(letters.length)]).join('');

const gone = (detail: string, lastId: number): MakimaError => new MakimaError('EVENTS_GONE', detail, { details: { lastId } });

/**
 * The ids of events: one counter over all tasks and restarts. They come from no clock, since clocks are set back.
 * A block of ids is reserved on disk before the first of it is used, so a crash skips ids and never repeats one.
 *
 * A backup that is put back counts the same numbers once more. So each life of the daemon is a counting with a name of its own, and what
 * was counted up to where in it is stored: a home knows the countings before and none that came after its backup was made. A place with
 * the name of an unknown one, or beyond where that ended, is of another home, or of a life that was taken back.
 */
export class EventIds {
  readonly #path: string;
  readonly #name = newName();
  #earlier: readonly Counting[];
  #last: number;
  #reserved: number;
  #block = firstBlock;
  /** What is stored of how far this counting has come; null where not even its name is. */
  #through: number | null = null;
  /** Somebody may know it by its name. */
  #isTold = false;

  /**
   * @param path - the file that holds the highest reserved id and the countings
   * @param highestUsed - looks for the highest id in use, in logs that were written since then, in milliseconds as files have it; asked where
   *   the file is missing or damaged, and where the daemon before was killed
   */
  constructor(path: string, highestUsed: (since: number) => number) {
    this.#path = path;
    const stored = readIdFile(path);
    this.#reserved = stored?.reserved ?? highestUsed(-Infinity);
    this.#last = this.#reserved;
    const countings = stored?.countings ?? [];
    const used = countings.some(({ isOpen }) => isOpen) ? highestUsed((stored?.writtenAt ?? 0) - clockDoubt) : 0;
    this.#earlier = countings.map((counting) =>
      counting.isOpen ? { ...counting, through: Math.min(this.#last, Math.max(counting.through, used)), isOpen: false } : counting,
    );
  }

  /** The highest id that was given out, or may have been given out before a restart. */
  get last(): number {
    return this.#last;
  }

  /** The name of this life's counting, for who tells it with an id. */
  get counting(): string {
    this.#isTold = true;
    if (this.#through === null) {
      try {
        this.#store(this.#last);
      } catch {
        // A reader must get events though the disk is full: at worst it begins anew after a kill. The next id stores it.
      }
    }
    return this.#name;
  }

  /**
   * A reader can only have seen ids up to the last, also of before a crash: a block is reserved on disk before one of it is used.
   * @returns the id after which to read on: of what is made of an event, all of it comes again
   * @throws MakimaError EVENTS_GONE for one that was not given out here: of another home, of events that were lost with its logs, or of a
   *   life of this home that was taken back when a backup of it was put in its place
   */
  assertGiven(place: EventPlace): number {
    const read = readPlace(place);
    if (read === null) throw new MakimaError('VALIDATION_FAILED', `${JSON.stringify(place)} is no id of an event`);
    const { id, part, counting } = read;
    const isOwn = counting === null || counting === this.#name;
    const through = isOwn ? this.#last : this.#earlier.find(({ name }) => name === counting)?.through;
    if (through === undefined)
      throw gone(
        `The event ${place} was counted in another home, or in this one after the backup was made that it was restored from`,
        this.#last,
      );
    if (id > through)
      throw gone(`No event here has the id ${place} yet: it was counted in another home, or its events are lost`, this.#last);
    return part === null ? id : Math.max(0, id - 1);
  }

  /**
   * @returns the first of `count` ids that follow one another
   * @throws MakimaError DISK_FULL; no id is given out then
   */
  take(count: number): number {
    if (this.#last + count > this.#reserved) {
      const reserved = this.#last + Math.max(count, this.#block);
      this.#store(this.#last, reserved);
      this.#block = Math.min(2 * this.#block, largestBlock);
    }
    const first = this.#last + 1;
    this.#last += count;
    return first;
  }

  /** An event with this id will be in no log any more: that it was given out is stored, where a reader may have seen it. */
  keep(id: number): void {
    if (!this.#isTold || id <= (this.#through ?? id - 1)) return;
    try {
      this.#store(this.#last);
    } catch {
      // As above.
    }
  }

  /** Ends the counting in order, so that the next start need not look for where it ended. */
  close(): void {
    if (this.#through === null) return;
    try {
      this.#store(this.#last, this.#reserved, false);
    } catch {
      // The next start looks.
    }
  }

  #store(through: number, reserved = this.#reserved, isOpen = true): void {
    const countings = [...this.#earlier, { name: this.#name, through, isOpen }].slice(-maxCountings);
    writeIdFile(this.#path, { reserved, countings });
    this.#reserved = reserved;
    this.#through = through;
  }
}
