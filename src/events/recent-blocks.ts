import { blockLength, type RecordBlock } from './record-block.ts';

/** What is to be known of a log for that. */
export interface ReadLog {
  /** Grows when the file is replaced. */
  readonly generation: number;
  readonly over: boolean;
  /** The furthest place in the file that a reader has asked for. */
  readonly reached: number;
  /** How many follow it. */
  readonly readers: number;
  block: (start: number, bytes: Buffer) => RecordBlock;
}

/** What is held over all logs, each block with what is made of it. A reader that is further behind reads its file. */
const maxBytes = 2 * 1024 * 1024;
/** A block's records are held as bytes and, once, as what a client gets. */
const weightOf = (block: RecordBlock): number => 2 * (block.end - block.start) + 1024;
/** Where no reader has come so near to the end, what is appended is of no use to any for now. */
const nearBytes = 256 * 1024;

/**
 * The blocks that readers were at a moment ago, or will be at next: one that is near others gets the same bytes, read and framed once. It
 * changes nothing in what a reader gets: a block that is not here is read from the file.
 */
export class RecentBlocks {
  readonly #blocks = new Map<ReadLog, Map<number, RecordBlock>>();
  readonly #reading = new Map<ReadLog, Map<number, Promise<RecordBlock>>>();
  /** In the order in which they came. */
  readonly #order = new Map<RecordBlock, ReadLog>();
  #bytes = 0;

  /** The block of a log that begins there, where it is held. */
  at(log: ReadLog, offset: number): RecordBlock | undefined {
    return this.#blocks.get(log)?.get(offset);
  }

  /** What was appended to a log, for those who are near its end. @param bytes - may be used again afterwards */
  appended(log: ReadLog, start: number, bytes: Buffer): void {
    if (start > log.reached + nearBytes) return;
    for (let at = 0; at < bytes.length;) {
      const rest = bytes.subarray(at);
      const length = blockLength(rest, start + at);
      this.#add(log, log.block(start + at, Buffer.from(rest.subarray(0, length))));
      at += length;
    }
  }

  /** Has a block read, once for all who ask for it meanwhile, and keeps it. */
  async read(log: ReadLog, offset: number, read: () => Promise<RecordBlock>): Promise<RecordBlock> {
    const { generation } = log;
    const reading = this.#reading.get(log) ?? new Map<number, Promise<RecordBlock>>();
    this.#reading.set(log, reading);
    const under = reading.get(offset);
    if (under !== undefined) return under;
    const promise = read();
    reading.set(offset, promise);
    try {
      const block = await promise;
      if (log.generation === generation && !log.over && log.readers > 0) this.#add(log, block);
      return block;
    } finally {
      if (reading.get(offset) === promise) reading.delete(offset);
      if (reading.size === 0 && this.#reading.get(log) === reading) this.#reading.delete(log);
    }
  }

  /** Nothing of a log is of use any more: its file is another one, or nobody reads it. */
  drop(log: ReadLog): void {
    for (const block of this.#blocks.get(log)?.values() ?? []) this.#forget(block);
    this.#blocks.delete(log);
    this.#reading.delete(log);
  }

  /** Nothing is kept that nobody follows. */
  dropUnread(): void {
    for (const log of this.#blocks.keys()) if (log.readers === 0) this.drop(log);
  }

  #add(log: ReadLog, block: RecordBlock): void {
    const blocks = this.#blocks.get(log) ?? new Map<number, RecordBlock>();
    this.#blocks.set(log, blocks);
    const before = blocks.get(block.start);
    if (before !== undefined) this.#forget(before);
    blocks.set(block.start, block);
    this.#order.set(block, log);
    this.#bytes += weightOf(block);
    for (const [oldest, of] of this.#order) {
      if (this.#bytes <= maxBytes) return;
      const others = this.#blocks.get(of);
      others?.delete(oldest.start);
      if (others?.size === 0) this.#blocks.delete(of);
      this.#forget(oldest);
    }
  }

  #forget(block: RecordBlock): void {
    if (this.#order.delete(block)) this.#bytes -= weightOf(block);
  }
}
