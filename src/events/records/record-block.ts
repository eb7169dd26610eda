import { MakimaError } from '../../errors.ts';
import { newline, tab } from './record.ts';
import { idStart, readHead, readHeadLike, type RecordHead } from './record-head.ts';
import type { Slabs } from './slabs.ts';
import { LoggedEvent, type StoredEvent } from '../stored-event.ts';

/** About what a reader holds of a log at a time. A longer record is read in whole, and held alone. */
export const blockBytes = 64 * 1024;

/** How events are put for a client: what stands around the id, where that is told, and around the JSON of each. All of it is ASCII. */
export interface Framing {
  /** No two have the same. */
  name: string;
  /** Null where the JSON stands alone. */
  beforeId: string | null;
  /** The id is told as a place, with the name of its counting. */
  isNamed?: boolean;
  beforeJson: (type: string) => string;
  afterJson: string;
}

/** The types that a reader wants, null for all. */
export type Wanted = ReadonlySet<string> | null;

/** Consecutive events of a log, as a reader gets them: to be looked into one by one, or passed on as they are, before the next ones are asked for. */
export interface EventChunk extends Iterable<StoredEvent> {
  /** All of them as bytes, which are shared with other readers: they must not be changed. */
  framed: (framing: Framing) => Buffer;
  /**
   * Has the bytes stay as they are though the next ones are asked for.
   * @returns to be called once, when nobody looks at them or writes them any more; where it never is, they are collected as anything
   */
  hold: () => () => void;
}

/** A record and where it stands in its block: the digits of its id end at `idEnd`, its JSON at `split`. */
interface Placed extends RecordHead {
  readonly start: number;
  readonly idEnd: number;
  readonly split: number;
}

/** What a block has of the log that it is of. */
export interface BlockOrigin {
  /** Told where a damaged record begins in the file, which is passed over. */
  readonly warn: (offset: number) => void;
  /** Where the framings are put, and where the bytes go in the end if they are from there. */
  readonly slabs: Slabs;
  /** The name of the counting that ids are told with. */
  readonly counting: () => string;
}

/** Framings of one block that are kept: readers with the same wishes share one. */
const maxKept = 4;

/**
 * Where the block that begins at `from` ends, as far as these bytes reach: behind the last record that ends before the next multiple of the
 * block's size, so that readers which began anywhere come to the same blocks.
 * @param bytes - whole records from `from` on, or the beginning of one
 * @param boundary - the multiple that is meant, where it is not the next
 * @returns how many of the bytes; 0 where no record ends in them
 */
export const blockLength = (bytes: Buffer, from: number, boundary = nextBoundary(from)): number => {
  for (let to = boundary - from; ; to += blockBytes) {
    const last = bytes.lastIndexOf(newline, Math.min(to, bytes.length) - 1);
    if (last !== -1 || to >= bytes.length) return last + 1;
  }
};

/** The next multiple of the block's size. */
export const nextBoundary = (from: number): number => (Math.floor(from / blockBytes) + 1) * blockBytes;

/** Copies a few bytes, for which a call of the runtime's would take longer. */
const put = (from: Buffer, start: number, end: number, to: Buffer, at: number): number => {
  let place = at;
  for (let n = start; n < end; n++) to[place++] = from[n] ?? 0;
  return place;
};

/** Where a record's JSON ends: before the tab and the mark, of which the short one is by far the most frequent. */
const splitOf = (bytes: Buffer, start: number, end: number): number =>
  bytes[end - 2] === tab ? end - 2 : Math.max(start, bytes.lastIndexOf(tab, end - 1));

/**
 * Whole records of a log that follow one another. What is found out about them is found out once, for all readers. Whoever has made it holds
 * it, and so do those who say so; when the last has released it, its memory and that of its framings is used for other blocks.
 */
export class RecordBlock {
  /** Where the block begins and ends in the file. */
  readonly start: number;
  readonly end: number;
  readonly #own: Buffer;
  readonly #origin: BlockOrigin;
  readonly #framings = new Map<string, Buffer>();
  #records: readonly Placed[] | null = null;
  #holds = 1;

  constructor(start: number, bytes: Buffer, origin: BlockOrigin) {
    this.start = start;
    this.end = start + bytes.length;
    this.#own = bytes;
    this.#origin = origin;
  }

  /** One more holds it. */
  hold(): this {
    this.#assertHeld();
    this.#holds += 1;
    return this;
  }

  /** @throws MakimaError INTERNAL where nobody holds it */
  release(): void {
    this.#assertHeld();
    this.#holds -= 1;
    if (this.#holds > 0) return;
    const { slabs } = this.#origin;
    slabs.give(this.#own);
    for (const framed of this.#framings.values()) slabs.give(framed);
    this.#framings.clear();
  }

  /** Its memory may be another's by then, whose records nobody here must see. */
  #assertHeld(): void {
    if (this.#holds === 0) throw new MakimaError('INTERNAL', 'A block of an event log was used after it was given back');
  }

  get #bytes(): Buffer {
    this.#assertHeld();
    return this.#own;
  }

  /** The records, in order. */
  get records(): readonly Placed[] {
    return (this.#records ??= this.#find());
  }

  /** The records from one to before another, those of other types than the wanted left out. */
  chunk(from: number, to: number, wanted: Wanted): EventChunk {
    return {
      framed: (framing) => this.#framed(framing, from, to, wanted),
      hold: () => this.#holdOnce(),
      [Symbol.iterator]: () => this.#events(this.#some(from, to, wanted)),
    };
  }

  #holdOnce(): () => void {
    this.hold();
    let held = true;
    return () => {
      if (!held) throw new MakimaError('INTERNAL', 'A block of an event log was given back twice');
      held = false;
      this.release();
    };
  }

  *#events(records: readonly Placed[]): Generator<StoredEvent, void, undefined> {
    for (const record of records) yield new LoggedEvent(record, this.#bytes.subarray(record.start, record.split), this.#origin.counting);
  }

  #some(from: number, to: number, wanted: Wanted): readonly Placed[] {
    const some = from === 0 && to === this.records.length ? this.records : this.records.slice(from, to);
    return wanted === null ? some : some.filter(({ type }) => wanted.has(type));
  }

  #framed(framing: Framing, from: number, to: number, wanted: Wanted): Buffer {
    const key = `${framing.name} ${from} ${to} ${wanted === null ? '' : [...wanted].sort().join()}`;
    const known = this.#framings.get(key);
    if (known !== undefined) return known;
    const isKept = this.#framings.size < maxKept;
    const framed = this.#frame(framing, this.#some(from, to, wanted), (length) =>
      isKept ? this.#origin.slabs.take(length) : Buffer.allocUnsafe(length),
    );
    if (isKept) this.#framings.set(key, framed);
    return framed;
  }

  #frame(
    { beforeId, isNamed = false, beforeJson, afterJson }: Framing,
    records: readonly Placed[],
    make: (length: number) => Buffer,
  ): Buffer {
    const bytes = this.#bytes;
    const before = new Map<string, Buffer>();
    const [opening, closing] = [Buffer.from(beforeId ?? ''), Buffer.from(afterJson)];
    // What stands behind every id of a block is the same, too.
    const counting = isNamed ? `-${this.#origin.counting()}` : '';
    let length = 0;
    for (const { type, start, idEnd, split } of records) {
      if (!before.has(type)) before.set(type, Buffer.from(counting + beforeJson(type)));
      const idLength = beforeId === null ? 0 : opening.length + idEnd - start - idStart;
      length += idLength + (before.get(type)?.length ?? 0) + split - start + closing.length;
    }
    const framed = make(length);
    let at = 0;
    for (const { type, start, idEnd, split } of records) {
      if (beforeId !== null) at = put(bytes, start + idStart, idEnd, framed, put(opening, 0, opening.length, framed, at));
      const opened = before.get(type) ?? closing;
      at = put(opened, 0, opened.length, framed, at);
      at += bytes.copy(framed, at, start, split);
      at = put(closing, 0, closing.length, framed, at);
    }
    // What stands behind may be of another log.
    return framed.subarray(0, at);
  }

  #find(): Placed[] {
    const bytes = this.#bytes;
    const records: Placed[] = [];
    let like: Placed | null = null;
    for (let start = 0, end = bytes.indexOf(newline); end !== -1; start = end + 1, end = bytes.indexOf(newline, start)) {
      const head: (RecordHead & { idEnd: number }) | null = (like && readHeadLike(bytes, like, start, end)) ?? readHead(bytes, start, end);
      if (head === null) this.#origin.warn(this.start + start);
      else records.push((like = { id: head.id, type: head.type, idEnd: head.idEnd, start, split: splitOf(bytes, start, end) }));
    }
    return records;
  }
}
