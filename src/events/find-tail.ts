import { closeSync, openSync } from 'node:fs';
import type { LogFile } from './log-file.ts';
import { blockBytes } from './records/record-block.ts';
import { readHead, type RecordHead } from './records/record-head.ts';
import { newline } from './records/record.ts';
import { readAt } from './seek.ts';

/** A line that goes on over more events than these is not had back whole. */
const maxPieces = 100;
/** No record is this long: what reads on so far without a newline is damage. */
const maxRecordBytes = 64 * 1024 * 1024;
const goesOn = Buffer.from(',"partial":true');
const noBytes = Buffer.alloc(0);

/** A record as it stands in the file, without its newline. */
interface Found extends RecordHead {
  readonly bytes: Buffer;
}

/**
 * The records of a log from the last one back, read a block at a time.
 * @param signal - ends it
 */
async function* backwards(log: LogFile, signal: AbortSignal): AsyncGenerator<Found, void, undefined> {
  const first = log.firstOffset;
  const fd = openSync(log.path, 'r');
  try {
    /** What is known of the record that begins further in front: its end, in the order of the file. */
    let rest: Buffer[] = [];
    for (let end = log.size, length = 0; end > first && length <= maxRecordBytes && !signal.aborted;) {
      const start = Math.max(first, end - blockBytes);
      const read = Buffer.allocUnsafe(end - start);
      const block = read.subarray(0, await readAt(fd, read, 0, read.length, start));
      let to = block.length;
      for (let at = block.lastIndexOf(newline); at !== -1; at = at === 0 ? -1 : block.lastIndexOf(newline, at - 1)) {
        yield* foundIn(block.subarray(at + 1, to), rest);
        rest = [];
        length = 0;
        to = at;
      }
      rest = [block.subarray(0, to), ...rest];
      length += to;
      end = start;
    }
    if (!signal.aborted) yield* foundIn(rest[0] ?? noBytes, rest.slice(1));
  } finally {
    closeSync(fd);
  }
}

/** None where the bytes are no record. @param rest - how they go on */
const foundIn = function* (begin: Buffer, rest: readonly Buffer[]): Generator<Found> {
  const bytes = rest.length === 0 ? begin : Buffer.concat([begin, ...rest]);
  const head = readHead(bytes, 0, bytes.length);
  if (head !== null) yield { id: head.id, type: head.type, bytes };
};

/** Whether the line of an output event goes on in the next. */
const isPartial = ({ type, bytes }: Found): boolean => type === 'output' && bytes.includes(goesOn);

/**
 * Finds where the last output events of a log begin, without reading what is before them. A line that goes on over several events is not cut
 * in the middle.
 * @param count - how many events of output
 * @param after - none of them is at or before this id
 * @param signal - ends it early, when nobody wants to know any more
 * @returns the id after which to read on
 */
export const findTail = async (
  log: LogFile,
  { count, after, signal }: { count: number; after: number; signal: AbortSignal },
): Promise<number> => {
  let found = 0;
  let pieces = 0;
  const last = log.last?.id ?? 0;
  if (count === 0 || log.last === null) return Math.max(after, last);
  for await (const record of backwards(log, signal)) {
    if (record.id <= after) return after;
    if (record.type === 'output') {
      // Its head may have been deleted meanwhile.
      if (found >= count && (!isPartial(record) || ++pieces > maxPieces)) return Math.max(record.id, log.trimmedThrough);
      found += 1;
    }
  }
  return signal.aborted ? last : after;
};
