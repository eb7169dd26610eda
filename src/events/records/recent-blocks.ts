import { blockLength, type RecordBlock } from './record-block.ts';
import { Slabs } from './slabs.ts';

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

/**
 * What is held over all logs, each block with what is made of it, and no longer than until all who follow the log have had it. A reader that
 * is further behind reads its file.
 */
const maxBytes = 2 * 1024 * 1024;
/** A block's records are held as bytes and, once, as what a client gets. */
const weightOf = (block: RecordBlock): number => 2 * (block.end - block.start) + 1024;
/** A block on its way from the file, and how many wait for it. */
interface Reading {
  readers: number;
  readonly block: Promise<RecordBlock>;
}
/** Where no reader has come so near to the end, what is appended is of no use to any for now. */
const nearBytes = 256 * 1024;

/**
 * The blocks that readers were at a moment ago, or will be at next: one that is near others gets the same bytes, read and framed once. It
 * changes nothing in what a reader gets: a block that is not here is read from the file. Whoever is given a block holds it, and releases it.
 */
export class RecentBlocks {
  readonly #blocks = new Map<ReadLog, Map<number, RecordBlock>>();
  readonly #reading = new Map<ReadLog, Map<number, Reading>>();
  /** In the order in which they came, with how many readers have had each. */
  readonly #order = new Map<RecordBlock, { log: ReadLog; had: number }>();
  #bytes = 0;
  readonly slabs = new Slabs();

  /** The block of a log that begins there, where it is held, for one reader. */
  at(log: ReadLog, offset: number): RecordBlock | undefined {
    const blocks = this.#blocks.get(log);
    // Who is alone may have read several at once from the file.
    if (log.readers === 1) for (const before of blocks?.values() ?? []) if (before.start < offset) this.#remove(log, before);
    const block = blocks?.get(offset)?.hold();
    if (block !== undefined) this.#had(block, 1);
    return block;
  }

  /** What was appended to a log, for those who are near its end. @param bytes - may be used again afterwards */
  appended(log: ReadLog, start: number, bytes: Buffer): void {
    if (start > log.reached + nearBytes) return;
    for (let at = 0; at < bytes.length;) {
      const rest = bytes.subarray(at);
      const length = blockLength(rest, start + at);
      const copy = this.slabs.take(length);
      rest.copy(copy, 0, 0, length);
      this.#add(log, log.block(start + at, copy));
      at += length;
    }
  }

  /** Has a block read, once for all who ask for it meanwhile, and keeps it. */
  async read(log: ReadLog, offset: number, read: () => Promise<RecordBlock>): Promise<RecordBlock> {
    const { generation } = log;
    const reading = this.#reading.get(log) ?? new Map<number, Reading>();
    this.#reading.set(log, reading);
    const under = reading.get(offset);
    if (under !== undefined) {
      under.readers += 1;
      return under.block;
    }
    const asked = read();
    const forAll = async (): Promise<RecordBlock> => {
      try {
        const block = await asked;
        // Whoever asked has theirs before any of them goes on and releases it.
        for (let n = 1; n < mine.readers; n++) block.hold();
        if (log.generation === generation && !log.over && log.readers > 0) {
          this.#add(log, block.hold());
          this.#had(block, mine.readers);
        }
        return block;
      } finally {
        if (reading.get(offset) === mine) reading.delete(offset);
        if (reading.size === 0 && this.#reading.get(log) === reading) this.#reading.delete(log);
      }
    };
    const mine: Reading = { readers: 1, block: forAll() };
    reading.set(offset, mine);
    return mine.block;
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

  /** Some more readers have it. Who asks for it a second time may make it go early, and somebody else read it from the file. */
  #had(block: RecordBlock, readers: number): void {
    const held = this.#order.get(block);
    if (held !== undefined && (held.had += readers) >= held.log.readers) this.#remove(held.log, block);
  }

  /** Takes the block over from who holds it. */
  #add(log: ReadLog, block: RecordBlock): void {
    const blocks = this.#blocks.get(log) ?? new Map<number, RecordBlock>();
    this.#blocks.set(log, blocks);
    const before = blocks.get(block.start);
    if (before !== undefined) this.#forget(before);
    blocks.set(block.start, block);
    this.#order.set(block, { log, had: 0 });
    this.#bytes += weightOf(block);
    for (const [oldest, of] of this.#order) {
      if (this.#bytes <= maxBytes) return;
      this.#remove(of.log, oldest);
    }
  }

  #remove(log: ReadLog, block: RecordBlock): void {
    const blocks = this.#blocks.get(log);
    blocks?.delete(block.start);
    if (blocks?.size === 0) this.#blocks.delete(log);
    this.#forget(block);
  }

  #forget(block: RecordBlock): void {
    if (!this.#order.delete(block)) return;
    this.#bytes -= weightOf(block);
    block.release();
  }
}
