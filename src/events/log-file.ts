import { ftruncateSync, rmSync } from 'node:fs';
import { MakimaError, messageOf } from '../errors.ts';
import { readTail } from './log-tail.ts';
import type { RecentBlocks } from './records/recent-blocks.ts';
import { RecordBlock, type BlockOrigin } from './records/record-block.ts';
import type { RecordHead } from './records/record-head.ts';
import type { LogState } from './records/record.ts';
import { writeFailure } from './write-failure.ts';
import type { WriteHandles } from './write-handles.ts';

/** Writes bytes at a place of a file and says how many it took: `fs.writeSync`, or a failing one in a test. */
export type WriteBytes = (fd: number, bytes: Buffer, offset: number, length: number, position: number) => number;

/** What the log tells its owner about, for the daemon's own log. */
export type Warn = (message: string, details: Record<string, unknown>) => void;

export interface LogFileOptions {
  handles: WriteHandles;
  write: WriteBytes;
  warn: Warn;
  recent: RecentBlocks;
  /** Those who read all logs. */
  listeners: ReadonlySet<unknown>;
  /** The name of the counting that ids are told with. */
  counting: () => string;
}

/** The log of one task: the file, what is known of its two ends, and who waits for more. All of it synchronous. */
export class LogFile {
  readonly taskId: string;
  readonly path: string;
  /** Rung at every change. */
  readonly bells = new Set<{ ring: () => void }>();
  firstOffset: number;
  firstId: number | null;
  last: RecordHead | null;
  state: LogState;
  trimmedThrough: number;
  /** The bytes that readers may read: the end of the last whole batch. */
  size: number;
  /** Grows when the file is replaced: offsets from before mean nothing then. */
  generation = 0;
  /** Readers end: the log was removed, or all logs are closed. */
  over = false;
  /** The furthest place in the file that a reader has asked for. */
  reached = 0;
  /** There may be bytes behind `size`: half a batch of a crash or of a failed write. */
  #torn: boolean;
  readonly #options: LogFileOptions;
  readonly #origin: BlockOrigin;

  constructor(taskId: string, path: string, options: LogFileOptions) {
    this.taskId = taskId;
    this.path = path;
    this.#options = options;
    const { recent, counting } = options;
    this.#origin = {
      warn: (offset) => this.warn('a damaged record of an event log is passed over', { offset }),
      slabs: recent.slabs,
      counting,
    };
    const tail = readTail(path);
    this.firstOffset = tail.firstOffset;
    this.firstId = tail.firstId;
    this.last = tail.last;
    this.state = tail.state;
    this.trimmedThrough = tail.trimmedThrough;
    this.size = tail.size;
    this.#torn = tail.fileSize > tail.size;
    if (this.#torn) options.warn('half a batch at the end of an event log is cut off', { path, bytes: tail.fileSize - tail.size });
  }

  /**
   * Appends one batch, whole or not at all.
   * @param bytes - whole records; they may be used again afterwards
   * @throws MakimaError DISK_FULL or INTERNAL; the log is as before then, and the next append may succeed
   */
  append(bytes: Buffer, first: RecordHead, last: RecordHead, state: LogState): void {
    let fd: number | null = null;
    try {
      fd = this.#options.handles.get(this.path);
      if (this.#torn) ftruncateSync(fd, this.size);
      this.#torn = true;
      for (let done = 0; done < bytes.length;) {
        const count = this.#options.write(fd, bytes, done, bytes.length - done, this.size + done);
        if (count <= 0) throw new MakimaError('DISK_FULL', `${this.path} took no more bytes`);
        done += count;
      }
      this.#torn = false;
    } catch (error) {
      if (fd !== null) this.#cutBack(fd);
      throw writeFailure(error, this.path);
    }
    if (this.readers > 0) this.#options.recent.appended(this, this.size, bytes);
    this.size += bytes.length;
    this.firstId ??= first.id;
    this.last = last;
    this.state = state;
    this.ring();
  }

  #cutBack(fd: number): void {
    try {
      ftruncateSync(fd, this.size);
      this.#torn = false;
    } catch (error) {
      // #torn is still set: the next append cuts first, and readers never go beyond `size`.
      this.#options.warn('half a batch could not be cut off an event log yet', { path: this.path, error: messageOf(error) });
    }
  }

  /** Goes over to a file that was renamed to this log's path and lacks the events up to `trimmedThrough`. */
  replaced(file: { firstOffset: number; firstId: number; size: number; trimmedThrough: number }): void {
    this.#options.handles.close(this.path);
    this.firstOffset = file.firstOffset;
    this.firstId = file.firstId;
    this.size = file.size;
    this.trimmedThrough = file.trimmedThrough;
    this.#torn = false;
    this.generation += 1;
    this.reached = 0;
    this.#options.recent.drop(this);
  }

  /** Deletes the file and ends all readers. */
  remove(): void {
    this.#options.handles.close(this.path);
    rmSync(this.path, { force: true });
    this.end();
  }

  /** Ends all readers. */
  end(): void {
    this.over = true;
    this.#options.recent.drop(this);
    this.ring();
  }

  /** How many follow it. */
  get readers(): number {
    return this.bells.size + this.#options.listeners.size;
  }

  get recent(): RecentBlocks {
    return this.#options.recent;
  }

  /** Whole records of it as a block. */
  block(start: number, bytes: Buffer): RecordBlock {
    return new RecordBlock(start, bytes, this.#origin);
  }

  warn(message: string, details: Record<string, unknown>): void {
    this.#options.warn(message, { path: this.path, ...details });
  }

  ring(): void {
    for (const bell of this.bells) bell.ring();
  }

  /** @throws MakimaError EVENTS_GONE where events after `after` were deleted; 0 asks for the first one that is left */
  assertKept(after: number): void {
    if (after > 0 && after < this.trimmedThrough)
      throw new MakimaError('EVENTS_GONE', `The events of task ${this.taskId} up to ${this.trimmedThrough} were deleted`, {
        details: { trimmedThrough: this.trimmedThrough, firstId: this.firstId },
      });
  }
}
