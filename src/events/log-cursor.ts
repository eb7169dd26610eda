import { closeSync, openSync } from 'node:fs';
import type { LogFile } from './log-file.ts';
import { blockBytes, type EventChunk, type RecordBlock, type Wanted } from './records/record-block.ts';
import type { RecordHead } from './records/record-head.ts';
import { readBlock } from './records/read-block.ts';
import { seek } from './seek.ts';

/**
 * What nobody else gets is read in blocks four times as long: a replay is then a quarter of the reads and writes. Only by a few at a time, so
 * that a thousand which stall in the middle hold no more than others do.
 */
const longBytes = 4 * blockBytes;
const mostLong = 32;
let long = 0;

/** A place in one log, from which its records are read in order. It holds one block and one descriptor, and neither when parked. */
export class LogCursor {
  readonly log: LogFile;
  #after: number;
  #generation = -1;
  #fd: number | null = null;
  /** Where the next record begins in the block; without one, where the next block begins in the file. */
  #block: RecordBlock | null = null;
  /** What the last chunk is of, which is good until more is read. */
  #given: RecordBlock | null = null;
  #index = 0;
  #offset = 0;
  #place: Buffer | null = null;

  /** @param after - the id after which to begin, 0 for the first event that is left */
  constructor(log: LogFile, after: number) {
    this.log = log;
    this.#after = after;
  }

  /** The id of the last record that was taken or passed over, at first where it was to begin. */
  get after(): number {
    return this.#after;
  }

  /**
   * The next record, which stays the next one until it is taken; null at the end of the log or when it was removed.
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
    const block = this.#block;
    if (block === null) return null;
    for (; ; this.#index += 1) {
      const record = block.records[this.#index];
      if (record === undefined) break;
      if (record.id > this.#after) return record;
    }
    this.#leave(block.end);
    return null;
  }

  /**
   * Takes the records that are in memory, of which `peek` or `buffered` has just shown the first.
   * @param through - the highest id to take
   * @returns those of the wanted types, good until more is read; null where none is
   */
  take(through: number, wanted: Wanted): EventChunk | null {
    const block = this.#block;
    if (block === null) return null;
    this.#letGo();
    const { records } = block;
    const from = this.#index;
    let to = from;
    let isWanted = false;
    for (let record = records[to]; record !== undefined && record.id <= through; record = records[++to]) {
      this.#after = record.id;
      isWanted ||= wanted === null || wanted.has(record.type);
    }
    this.#index = to;
    if (isWanted) this.#given = block.hold();
    if (to === records.length) this.#leave(block.end);
    return isWanted ? block.chunk(from, to, wanted) : null;
  }

  /** True where nothing is left to read just now. Only true until the next await. */
  atEnd(): boolean {
    return this.buffered() === null && this.#generation === this.log.generation && this.#offset >= this.log.size;
  }

  /** Gives the block and the descriptor back and keeps the place. Not while `peek` is under way. */
  park(): void {
    this.#letGo();
    const block = this.#block;
    if (block !== null) this.#leave(block.start + (block.records[this.#index]?.start ?? block.end - block.start));
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
    if (this.#place?.length === longBytes) long -= 1;
    this.#place = null;
  }

  /** The last chunk is of no use any more. */
  #letGo(): void {
    this.#given?.release();
    this.#given = null;
  }

  #leave(offset: number): void {
    this.#block?.release();
    this.#block = null;
    this.#index = 0;
    this.#offset = offset;
  }

  async #fill(): Promise<boolean> {
    const { log } = this;
    this.#letGo();
    while (!log.over && this.#generation !== log.generation) await this.#locate();
    if (log.over || this.#offset >= log.size) return false;
    log.reached = Math.max(log.reached, this.#offset);
    this.#block = log.recent.at(log, this.#offset) ?? (await (log.readers > 1 ? this.#readForAll() : this.#readAlone()));
    return true;
  }

  #readForAll(): Promise<RecordBlock> {
    return this.log.recent.read(this.log, this.#offset, () => readBlock(this.log, this.#file(), this.#offset, null));
  }

  /** What nobody else gets is put where the block before was, so that a long log leaves little to be collected. */
  #readAlone(): Promise<RecordBlock> {
    const fd = this.#file();
    this.#place ??= this.#newPlace();
    return readBlock(this.log, fd, this.#offset, this.#place);
  }

  #newPlace(): Buffer {
    if (long >= mostLong) return Buffer.allocUnsafeSlow(blockBytes);
    long += 1;
    return Buffer.allocUnsafeSlow(longBytes);
  }

  #file(): number {
    return (this.#fd ??= openSync(this.log.path, 'r'));
  }

  async #locate(): Promise<void> {
    this.park();
    const { log } = this;
    log.assertKept(this.#after);
    this.#generation = log.generation;
    this.#offset = log.firstOffset;
    if (log.firstId === null || this.#after < log.firstId) return;
    if (log.last !== null && this.#after >= log.last.id) {
      this.#offset = log.size;
      return;
    }
    this.#fd = openSync(log.path, 'r');
    this.#offset = await seek(this.#fd, log.firstOffset, log.size, this.#after);
  }
}
