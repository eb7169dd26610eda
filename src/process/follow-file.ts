import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setImmediate as otherWork } from 'node:timers/promises';
import { openSplitter, type Piece } from './split-lines.ts';
import { openWake, type WakeOptions } from './wake.ts';
import { growing } from './watch-entry.ts';

export interface FollowFileOptions extends WakeOptions {
  /** `out` or `err` of a run. */
  path: string;
  /** The end of the last piece that was taken, or 0. */
  from: number;
  /** Takes the next pieces. The next bytes are read when its promise resolves; its error ends the follower. */
  onPieces: (pieces: Piece[]) => Promise<void>;
  signal?: AbortSignal | undefined;
}

export interface Follower {
  /** Nobody writes any more: the rest is read, the last line too where it has no newline, and the follower ends. */
  finish(): void;
  /** The end of the last piece that was taken, once the follower ended: finished or aborted. Rejects with an error of the file or of `onPieces`. */
  done: Promise<number>;
}

/**
 * What is read at once. Followers read into the same bytes one after the other; a few lines are copied out of them, and what is more than that
 * belongs to its follower until the lines were taken: with a line's rest that waits for its end, all that a follower holds. The reads are
 * synchronous, since what an agent has just written is in memory, where a read costs less than its way through the thread pool; the
 * log beside it is written so, too.
 */
const readBytes = 256 * 1024;
const copiedBytes = 16 * 1024;
let spare: Buffer | null = null;

/** 256 KiB of empty lines would be a quarter of a million pieces. */
const maxPiecesAtOnce = 1_000;

/** Reads a run's file line by line from an offset, and goes on with it as it grows. */
export const followRunFile = (options: FollowFileOptions): Follower => {
  const { path, from, onPieces, signal } = options;
  const wake = openWake(growing(path), options);
  let finishing = false;
  let taken = from;

  const hand = async (pieces: Piece[]): Promise<void> => {
    for (let at = 0; at < pieces.length && signal?.aborted !== true; at += maxPiecesAtOnce) {
      const batch = pieces.slice(at, at + maxPiecesAtOnce);
      await onPieces(batch);
      taken = batch.at(-1)?.end ?? taken;
    }
  };

  const follow = async (): Promise<number> => {
    const file = await open(path, 'r');
    try {
      const splitter = openSplitter(from);
      let position = from;
      while (signal?.aborted !== true) {
        // Asked before the read: what was written before finish() is read before the end is believed.
        const last = finishing;
        const buffer = spare ?? Buffer.allocUnsafeSlow(readBytes);
        spare = null;
        const count = readSync(file.fd, buffer, 0, readBytes, position);
        const bytes = buffer.subarray(0, count);
        const copies = count <= copiedBytes;
        if (copies) spare = buffer;
        position += count;
        if (count > 0) await hand(splitter.push(copies ? Buffer.from(bytes) : bytes));
        // Who has copied gave it back before: it may be another's by now.
        if (!copies) spare ??= buffer;
        if (count === readBytes) {
          await otherWork();
        } else if (!last) {
          // At the end of the file, as far as that was when it was read: what was written since has rung.
          await wake.next();
        } else if (count === 0) {
          await hand(splitter.end());
          break;
        }
      }
      return taken;
    } finally {
      await file.close();
    }
  };

  return {
    finish: () => {
      finishing = true;
      wake.ring();
    },
    done: follow().finally(() => wake.close()),
  };
};
