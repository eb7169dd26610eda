import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { decodeRecord, newline, readTrimmed, type LogState } from './records/record.ts';
import { headBytes, readHead, type RecordHead } from './records/record-head.ts';
import { codeOf } from '../files/failure.ts';

/** What opening a log finds, from its first and last bytes alone. */
export interface LogTail {
  /** Where the first record begins, in bytes. */
  firstOffset: number;
  firstId: number | null;
  last: RecordHead | null;
  state: LogState;
  /** The end of the last whole batch, in bytes. */
  size: number;
  /** The size of the file: more than `size` where a crash left half a batch. */
  fileSize: number;
  /** The id of the last event that was deleted from the head, 0 where none was. */
  trimmedThrough: number;
}

const chunkBytes = 64 * 1024;

const readBytes = (fd: number, start: number, end: number): Buffer => {
  const bytes = Buffer.allocUnsafe(end - start);
  let done = 0;
  while (done < bytes.length) {
    const count = readSync(fd, bytes, done, bytes.length - done, start + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
};

/** The offset of the last newline in [from, to), -1 where there is none. */
const lastNewline = (fd: number, from: number, to: number): number => {
  for (let end = to; end > from;) {
    const start = Math.max(from, end - chunkBytes);
    const found = readBytes(fd, start, end).lastIndexOf(newline);
    if (found !== -1) return start + found;
    end = start;
  }
  return -1;
};

const empty = (fileSize: number): LogTail => ({
  firstOffset: 0,
  firstId: null,
  last: null,
  state: {},
  size: 0,
  fileSize,
  trimmedThrough: 0,
});

/** Reads the ends of a log. Whatever follows its last whole batch is left out: nobody has seen it. A missing file is an empty log. */
export const readTail = (path: string): LogTail => {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return empty(0);
    throw error;
  }
  try {
    const fileSize = fstatSync(fd).size;
    const head = readBytes(fd, 0, Math.min(fileSize, 2 * headBytes));
    const trimmed = readTrimmed(head);
    const firstOffset = trimmed?.length ?? 0;
    const trimmedThrough = trimmed?.through ?? 0;
    for (let end = fileSize; ;) {
      const close = lastNewline(fd, firstOffset, end);
      if (close === -1) return { ...empty(fileSize), firstOffset, size: firstOffset, trimmedThrough };
      const start = Math.max(firstOffset, lastNewline(fd, firstOffset, close) + 1);
      const record = decodeRecord(readBytes(fd, start, close));
      if (record !== null && record.state !== null) {
        const firstId = readHead(head, firstOffset, head.length)?.id ?? record.id;
        const { state, id, type } = record;
        return { firstOffset, firstId, last: { id, type }, state, size: close + 1, fileSize, trimmedThrough };
      }
      end = start;
    }
  } finally {
    closeSync(fd);
  }
};
