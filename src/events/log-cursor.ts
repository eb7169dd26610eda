import { closeSync, openSync } from 'node:fs';
import { MakimaError } from '../errors.ts';
import type { LogFile } from './log-file.ts';
import { LoggedEvent, newline, readHead, type RecordHead, type StoredEvent } from './record.ts';
import { readAt, seek } from './seek.ts';

/** What a reader holds of a log at a time. A longer record is read in whole, and held alone. */
const chunkBytes = 64 * 1024;
/** No record is this long: what reads on so far without a newline is damage. */
const maxRecordBytes = 64 * 1024 * 1024;
const nothing = Buffer.alloc(0);

/** A place in one log, from which its records are read in order. It holds one chunk and one descriptor, and neither when parked. */
export class LogCursor {
  readonly log: LogFile;
  /** The id of the last record that was taken or passed over. */
  #after: number;
  #generation = -1;
  #fd: number | null = null;
  #chunk: Buffer = nothing;
  /** Where the chunk begins in the file, and where the next record begins in the chunk. */
  #chunkOffset = 0;
  #at = 0;
  #next: (RecordHead & { start: number; end: number }) | null = null;

  /** @param after - the id after which to begin, 0 for the first event that is left */
  constructor(log: LogFile, after: number) {
    this.log = log;
    this.#after = after;
  }

  /**
   * The next record, which stays the next one until `take` or `skip`; null at the end of the log or when it was removed.
   * @throws MakimaError EVENTS_GONE where the next events were deleted meanwhile
   */
  async peek(): Promise<RecordHead | null> {
    for (;;) {
      const next = this.buffered();
      if (next !== null) return next;
      if (!(await this.#fill())) return null;
    }
  }

  /** The next record where it is in memory already. */
  buffered(): RecordHead | null {
    while (this.#next === null) {
      const start = this.#at;
      const end = this.#chunk.indexOf(newline, start);
      if (end === -1) return null;
      this.#at = end + 1;
      const head = readHead(this.#chunk, start, end);
      if (head === null) this.log.warn('a damaged record of an event log is passed over', { offset: this.#chunkOffset + start });
      else if (head.id > this.#after) this.#next = { ...head, start, end };
    }
    return this.#next;
  }

  /** The record that `peek` or `buffered` has just shown. */
  take(): StoredEvent {
    if (this.#next === null) throw new MakimaError('INTERNAL', 'A record was taken from an event log before it was read');
    const { start, end, ...head } = this.#next;
    this.#after = head.id;
    this.#next = null;
    return new LoggedEvent(head, this.#chunk, start, end);
  }

  skip(): void {
    if (this.#next !== null) this.#after = this.#next.id;
    this.#next = null;
  }

  /** True where nothing is left to read just now. Only true until the next await. */
  atEnd(): boolean {
    return this.buffered() === null && this.#generation === this.log.generation && this.#chunkOffset + this.#chunk.length >= this.log.size;
  }

  /** Gives the chunk and the descriptor back and keeps the place. Not while `peek` is under way. */
  park(): void {
    this.#dropChunk(this.#next?.start ?? this.#at);
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #dropChunk(consumed: number): void {
    this.#chunkOffset += consumed;
    this.#chunk = nothing;
    this.#at = 0;
    this.#next = null;
  }

  async #fill(): Promise<boolean> {
    while (!this.log.over && this.#generation !== this.log.generation) await this.#locate();
    if (this.log.over) return false;
    const rest = this.#chunk.length - this.#at;
    const from = this.#chunkOffset + this.#chunk.length;
    const available = this.log.size - from;
    if (rest === 0) this.#dropChunk(this.#at);
    if (available <= 0) return false;
    if (rest > maxRecordBytes) throw new MakimaError('INTERNAL', `${this.log.path} is damaged at byte ${this.#chunkOffset}`);
    // Twice as much at every further read, so that a long record is not copied again and again.
    const want = Math.min(available, Math.max(chunkBytes, rest));
    const bytes = Buffer.allocUnsafe(rest + want);
    this.#chunk.copy(bytes, 0, this.#at);
    this.#fd ??= openSync(this.log.path, 'r');
    const count = await readAt(this.#fd, bytes, rest, want, from);
    if (count === 0) throw new MakimaError('INTERNAL', `${this.log.path} is shorter than it was: somebody else changed it`);
    this.#chunk = bytes.subarray(0, rest + count);
    this.#chunkOffset = from - rest;
    this.#at = 0;
    return true;
  }

  async #locate(): Promise<void> {
    this.park();
    const { log } = this;
    log.assertKept(this.#after);
    this.#generation = log.generation;
    this.#chunkOffset = log.firstOffset;
    if (log.firstId === null || this.#after < log.firstId) return;
    if (log.last !== null && this.#after >= log.last.id) {
      this.#chunkOffset = log.size;
      return;
    }
    this.#fd = openSync(log.path, 'r');
    this.#chunkOffset = await seek(this.#fd, log.firstOffset, log.size, this.#after);
  }
}
