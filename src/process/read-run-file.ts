import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setImmediate as otherWork } from 'node:timers/promises';
import { openSplitter, type Piece } from './split-lines.ts';

/** Whoever reads has used the bytes before another can read. */
const bytes = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Reads the pieces of a run's file up to an offset once, as a follower would find them: nothing is watched, and a short file costs an
 * open, a read and a close.
 * @param until - the end of the last piece that is wanted; the file's end where that comes before
 * @throws the signal's reason; the system's error where the file cannot be read
 */
export const readRunFile = async (path: string, until: number, take: (piece: Piece) => void, signal: AbortSignal): Promise<void> => {
  // Not at once: an agent can put a FIFO there, whose open waits for a writer.
  const file = await open(path, 'r');
  try {
    const splitter = openSplitter(0);
    // How a long line is cut is known from what follows the cut: the read does not end at the offset.
    for (let position = 0, taken = 0; taken < until;) {
      signal.throwIfAborted();
      const count = readSync(file.fd, bytes, 0, bytes.length, position);
      position += count;
      for (const piece of count === 0 ? splitter.end() : splitter.push(bytes.subarray(0, count))) {
        if (piece.end <= until) take(piece);
        taken = piece.end;
      }
      if (count === 0) return;
      if (taken < until) await otherWork();
    }
  } finally {
    await file.close();
  }
};
