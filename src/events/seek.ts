import { read } from 'node:fs';
import { promisify } from 'node:util';
import { newline } from './records/record.ts';
import { headBytes, readHead } from './records/record-head.ts';

const readAsync = promisify(read);
const probeBytes = 4 * 1024;
const nearBytes = 64 * 1024;

/** Reads up to `length` bytes at `position`, fewer only at the end of the file. */
export const readAt = async (fd: number, bytes: Buffer, offset: number, length: number, position: number): Promise<number> => {
  let done = 0;
  while (done < length) {
    const { bytesRead } = await readAsync(fd, bytes, offset + done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
};

/** The first record that begins in [from, to), null where none does. */
const firstRecord = async (fd: number, from: number, to: number): Promise<{ start: number; id: number } | null> => {
  // From the byte before: a record begins at `from` itself where that one is a newline.
  for (let at = from - 1, length = probeBytes; at < to; at += length, length = nearBytes) {
    const bytes = Buffer.allocUnsafe(Math.min(length, to - at));
    const count = await readAt(fd, bytes, 0, bytes.length, at);
    const found = bytes.subarray(0, count).indexOf(newline);
    if (found === -1) continue;
    const start = at + found + 1;
    if (start >= to) return null;
    const headAt = Buffer.allocUnsafe(Math.min(headBytes, to - start));
    const head = readHead(headAt, 0, await readAt(fd, headAt, 0, headAt.length, start));
    // Damaged bytes tell no id: go on behind them.
    if (head !== null) return { start, id: head.id };
    return firstRecord(fd, start + 1, to);
  }
  return null;
};

/**
 * Finds the place from which to read on: ids ascend in a file, so halving it does, without reading it.
 * @param from - where the first record begins, in bytes
 * @param to - the end of the last record
 * @returns the start of a record: every one before it has an id up to `after`, and the first one beyond is within 64 KiB or the same record's length
 */
export const seek = async (fd: number, from: number, to: number, after: number): Promise<number> => {
  let low = from;
  let high = to;
  while (high - low > nearBytes) {
    const middle = Math.floor((low + high) / 2);
    const record = await firstRecord(fd, middle, high);
    if (record !== null && record.id <= after) low = record.start;
    else high = middle;
  }
  return low;
};
