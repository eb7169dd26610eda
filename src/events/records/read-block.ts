import { readSync } from 'node:fs';
import { MakimaError } from '../../errors.ts';
import type { LogFile } from '../log-file.ts';
import { blockBytes, blockLength, nextBoundary, type RecordBlock } from './record-block.ts';
import { readAt } from '../seek.ts';

/** No record is this long: what reads on so far without a newline is damage. */
const maxRecordBytes = 64 * 1024 * 1024;

/** What was written so lately is in memory, where a read costs less than its way through the thread pool. */
const lateBytes = 16 * 1024 * 1024;

/** After so much of that one read takes the long way: whoever passes over all of a hundred logs must let others work meanwhile. */
const inARowBytes = 1024 * 1024;
let inARow = 0;

/**
 * Reads the block that begins at a record of a log. The log may be trimmed meanwhile: the block is one of the file as it was.
 * @param fd - of the log's file as it is now
 * The caller holds it.
 * @param place - where the bytes may be put, if they fit: as many times as long as a block is usually, as many blocks are read as one
 */
export const readBlock = async (log: LogFile, fd: number, from: number, place: Buffer | null): Promise<RecordBlock> => {
  const end = log.size;
  const isLate = end - from <= lateBytes;
  let bytes: Buffer = Buffer.alloc(0);
  const boundary = nextBoundary(from) + (place === null ? 0 : place.length - blockBytes);
  for (let to = boundary; ; to += Math.max(blockBytes, to - from)) {
    if (bytes.length > maxRecordBytes) throw new MakimaError('INTERNAL', `${log.path} is damaged at byte ${from}`);
    // Twice as much at every further read, so that a long record is not copied again and again.
    const length = Math.min(to, end) - from;
    const more = place !== null && bytes.length === 0 && length <= place.length ? place.subarray(0, length) : log.recent.slabs.take(length);
    bytes.copy(more);
    const wanted = more.length - bytes.length;
    const atOnce = isLate && inARow < inARowBytes;
    inARow = atOnce ? inARow + wanted : 0;
    const count = atOnce
      ? readSync(fd, more, bytes.length, wanted, from + bytes.length)
      : await readAt(fd, more, bytes.length, wanted, from + bytes.length);
    if (count < wanted) throw new MakimaError('INTERNAL', `${log.path} is shorter than it was: somebody else changed it`);
    log.recent.slabs.give(bytes);
    bytes = more;
    const whole = blockLength(bytes, from, boundary);
    if (whole > 0) return log.block(from, bytes.subarray(0, whole));
  }
};
