import { closeSync, fsync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { LogFile } from './log-file.ts';
import { encodeTrimmed, newline } from './records/record.ts';
import { readHead } from './records/record-head.ts';
import { readAt, seek } from './seek.ts';
import { writeFailure } from './write-failure.ts';

const copyBytes = 1024 * 1024;
const fsyncAsync = promisify(fsync);

/** The suffix of a rewrite that is under way; one that is found at the start was cut short and is deleted. */
export const trimSuffix = '.trim';

interface Cut {
  /** Where the first record that stays begins, in bytes. */
  offset: number;
  firstId: number;
  /** The id of the last event that goes. */
  through: number;
}

const findCut = async (log: LogFile, fd: number, keepFrom: number): Promise<Cut | null> => {
  const end = log.size;
  const from = await seek(fd, log.firstOffset, end, keepFrom - 1);
  let through = log.trimmedThrough;
  for (let length = copyBytes; ; length *= 2) {
    const bytes = Buffer.allocUnsafe(Math.min(length, end - from));
    const count = await readAt(fd, bytes, 0, bytes.length, from);
    for (let at = 0, close = bytes.indexOf(newline); close !== -1 && close < count; at = close + 1, close = bytes.indexOf(newline, at)) {
      const head = readHead(bytes, at, close);
      if (head === null) continue;
      if (head.id >= keepFrom) return { offset: from + at, firstId: head.id, through };
      through = head.id;
    }
    if (from + count >= end) return null;
  }
};

const writeAll = (fd: number, bytes: Buffer): void => {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
};

/**
 * Deletes the events before `beforeId` by writing the rest to a new file and renaming it over the log. Appends may go on meanwhile; the
 * last event always stays. Readers that had not come so far meet EVENTS_GONE.
 * @returns the number of bytes that were freed
 * @throws MakimaError DISK_FULL; the log is as before then
 */
export const trimLog = async (log: LogFile, beforeId: number): Promise<number> => {
  // The last record tells the state of the whole log.
  const keepFrom = Math.min(beforeId, log.last?.id ?? 0);
  const isOver = (): boolean => log.over;
  if (isOver() || log.firstId === null || keepFrom <= log.firstId) return 0;
  const temporary = `${log.path}${trimSuffix}`;
  const source = openSync(log.path, 'r');
  try {
    const cut = await findCut(log, source, keepFrom);
    if (cut === null) return 0;
    const header = encodeTrimmed(cut.through);
    const target = openSync(temporary, 'w', 0o600);
    try {
      writeAll(target, header);
      const bytes = Buffer.allocUnsafe(copyBytes);
      let copied = cut.offset;
      while (log.size - copied > copyBytes) {
        const count = await readAt(source, bytes, 0, copyBytes, copied);
        writeAll(target, bytes.subarray(0, count));
        copied += count;
      }
      // The rename must not become durable before the bytes do.
      await fsyncAsync(target);
      // From here to the end nothing may be awaited, so that no append comes between.
      if (isOver()) return 0;
      while (copied < log.size) {
        const count = readSync(source, bytes, 0, Math.min(copyBytes, log.size - copied), copied);
        writeAll(target, bytes.subarray(0, count));
        copied += count;
      }
      const before = log.size;
      renameSync(temporary, log.path);
      log.replaced({
        firstOffset: header.length,
        firstId: cut.firstId,
        size: header.length + before - cut.offset,
        trimmedThrough: cut.through,
      });
      return before - log.size;
    } finally {
      closeSync(target);
    }
  } catch (error) {
    throw writeFailure(error, temporary);
  } finally {
    closeSync(source);
    rmSync(temporary, { force: true });
  }
};
