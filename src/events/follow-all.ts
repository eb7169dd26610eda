import { Bell } from './bell.ts';
import { IdHeap } from './id-heap.ts';
import { LogCursor } from './log-cursor.ts';
import type { LogFile } from './log-file.ts';
import type { Beside } from './made/beside.ts';
import type { EventChunk, Wanted } from './records/record-block.ts';
import type { RecentBlocks } from './records/recent-blocks.ts';

/** How many logs one reader holds a chunk and a descriptor of; the others keep their place only. */
const maxWarm = 32;
/** Of how many logs one reader knows its place between two rounds, which is a few numbers each; elsewhere it is searched for. */
const maxPlaces = 1000;

/** Told of every log that was appended to, and rung when the logs are closed. */
export interface LogListener {
  changed: (log: LogFile) => void;
  ring: () => void;
}

/** What a reader of all logs needs of them. */
export interface LogSet {
  readonly listeners: Set<LogListener>;
  readonly recent: RecentBlocks;
  /** The highest id that was given out: every event up to it is in its file. */
  lastId: () => number;
  isClosed: () => boolean;
}

/** Whether a reader may see a task's events. */
export type Visible = (taskId: string) => boolean | Promise<boolean>;

interface FollowLogsOptions {
  /** The id after which to begin. */
  after: number;
  /** The logs that hold events after it already: asked when the reader begins. */
  logs: () => Iterable<LogFile>;
  visible: Visible;
  types: readonly string[] | null;
  beside?: Beside;
  signal: AbortSignal;
}

/** The cursors of one reader; those used last stay warm. */
class Cursors {
  readonly #cursors = new Map<LogFile, LogCursor>();
  readonly #warm = new Set<LogCursor>();

  /** @param after - where the log was not read yet: everything up to this id was delivered or is not wanted */
  of(log: LogFile, after: number): LogCursor {
    const known = this.#cursors.get(log);
    if (known !== undefined) return known;
    const cursor = new LogCursor(log, after);
    this.#cursors.set(log, cursor);
    return cursor;
  }

  warm(cursor: LogCursor): void {
    this.#warm.delete(cursor);
    this.#warm.add(cursor);
    for (const oldest of this.#warm) {
      if (this.#warm.size <= maxWarm) return;
      oldest.park();
      this.#warm.delete(oldest);
    }
  }

  /** Between two rounds: a cold cursor is no more than a place, which can be found again from the last id where there are too many. */
  forgetSome(): void {
    let tooMany = this.#cursors.size - maxPlaces;
    for (const [log, cursor] of this.#cursors) {
      if (!log.over && (tooMany <= 0 || this.#warm.has(cursor))) continue;
      this.#forget(log, cursor);
      tooMany -= 1;
    }
  }

  forgetAll(): void {
    for (const [log, cursor] of this.#cursors) this.#forget(log, cursor);
  }

  #forget(log: LogFile, cursor: LogCursor): void {
    cursor.park();
    this.#warm.delete(cursor);
    this.#cursors.delete(log);
  }
}

interface Round {
  round: Iterable<LogCursor>;
  cursors: Cursors;
  after: number;
  until: number;
  wanted: Wanted;
  over: () => boolean;
}

/** The events of all these logs up to `until`, in the order of their ids: a merge that opens a log only when its turn comes. */
async function* merge({ round, cursors, after, until, wanted, over }: Round): AsyncGenerator<EventChunk, void, undefined> {
  // Each cursor stands under an id that is not above its next one.
  const heap = new IdHeap<LogCursor>();
  for (const cursor of round) heap.push(Math.max(after + 1, cursor.log.firstId ?? 0), cursor);
  for (let top = heap.pop(); top !== undefined && top.id <= until; top = heap.pop()) {
    const cursor = top.value;
    cursors.warm(cursor);
    let head = cursor.buffered() ?? (await cursor.peek());
    while (head !== null && head.id <= heap.smallest && head.id <= until) {
      if (over()) return;
      const chunk = cursor.take(Math.min(heap.smallest, until), wanted);
      if (chunk !== null) yield chunk;
      head = cursor.buffered() ?? (await cursor.peek());
    }
    if (head !== null) heap.push(head.id, cursor);
  }
}

/**
 * Delivers the events of all visible tasks in the order of their ids, with no gap and no repeat between those that are there and
 * those to come. It goes in rounds: appending is synchronous, so at a round's begin every event up to the highest id is in its file.
 * A reader that stalls holds 32 chunks at the most and the set of the logs that changed.
 */
export async function* followLogs(
  set: LogSet,
  { after, logs, visible, types, beside, signal }: FollowLogsOptions,
): AsyncGenerator<EventChunk, void, undefined> {
  const wanted = types === null ? null : new Set<string>(types);
  const changed = new Set<LogFile>(logs());
  const cursors = new Cursors();
  const bell = new Bell(signal);
  const listener: LogListener = {
    changed: (log) => {
      changed.add(log);
      bell.ring();
    },
    ring: bell.ring,
  };
  const over = (): boolean => signal.aborted || set.isClosed();
  set.listeners.add(listener);
  const unlisten = beside?.listen(bell.ring);
  let done = after;
  try {
    if (beside !== undefined) yield* beside.said(done, false);
    while (!over()) {
      // Together and before anything is awaited: what is appended from here on belongs to the next round.
      const until = set.lastId();
      const candidates = [...changed];
      changed.clear();
      const round: LogCursor[] = [];
      for (const log of candidates) if (!log.over && (await visible(log.taskId))) round.push(cursors.of(log, done));
      yield* merge({ round, cursors, after: done, until, wanted, over });
      done = Math.max(done, until);
      if (beside !== undefined) yield* beside.said(done, false);
      cursors.forgetSome();
      if (changed.size === 0) await bell.wait();
    }
  } finally {
    unlisten?.();
    set.listeners.delete(listener);
    bell.release();
    cursors.forgetAll();
    set.recent.dropUnread();
  }
}
