import { Bell } from './bell.ts';
import { LogCursor } from './log-cursor.ts';
import type { LogFile } from './log-file.ts';
import type { Beside } from './made/beside.ts';
import type { EventChunk } from './records/record-block.ts';

export interface ReadOptions {
  /** The id after which to begin, 0 for the first event that is left. */
  after: number;
  /** The types to deliver, null for all. */
  types: readonly string[] | null;
  beside?: Beside;
  /** Ends the reader at once. */
  signal: AbortSignal;
}

/**
 * Delivers a task's events and waits for more. Replay and live delivery are this one reader of the file.
 * It ends when it has delivered everything of a log whose task has ended, when the log is removed, and by the signal.
 */
export async function* followLog(log: LogFile, { after, types, beside, signal }: ReadOptions): AsyncGenerator<EventChunk, void, undefined> {
  const wanted = types === null ? null : new Set<string>(types);
  const cursor = new LogCursor(log, after);
  const bell = new Bell(signal);
  const unlisten = beside?.listen(bell.ring);
  log.bells.add(bell);
  try {
    while (!signal.aborted && !log.over) {
      if (beside !== undefined) yield* beside.said(cursor.after, false);
      const head = cursor.buffered() ?? (await cursor.peek());
      if (head !== null) {
        const chunk = cursor.take(Infinity, wanted);
        if (chunk !== null) yield chunk;
      } else if (cursor.atEnd()) {
        if (log.state.ended === true) break;
        // While it waits, a reader holds no descriptor: there may be more of them than a process may open.
        cursor.park();
        await bell.wait();
      }
    }
    if (beside !== undefined && !signal.aborted) yield* beside.said(cursor.after, true);
  } finally {
    unlisten?.();
    log.bells.delete(bell);
    bell.release();
    cursor.park();
    log.recent.dropUnread();
  }
}

/** Delivers a task's events up to the one that is the last when it begins. */
export async function* readLog(log: LogFile, { after, types, signal }: ReadOptions): AsyncGenerator<EventChunk, void, undefined> {
  const wanted = types === null ? null : new Set<string>(types);
  const until = log.last?.id ?? 0;
  const cursor = new LogCursor(log, after);
  try {
    while (!signal.aborted) {
      const head = cursor.buffered() ?? (await cursor.peek());
      if (head === null || head.id > until) return;
      const chunk = cursor.take(until, wanted);
      if (chunk !== null) yield chunk;
    }
  } finally {
    cursor.park();
  }
}
