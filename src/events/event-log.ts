import { mkdirSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MakimaError } from '../errors.ts';
import { BatchEncoder, type Appended, type BatchHead } from './records/batch-encoder.ts';
import { findTail } from './find-tail.ts';
import { EventIds } from './ids/event-ids.ts';
import { highestUsed } from './ids/highest-used.ts';
import type { EventPlace } from './ids/event-place.ts';
import { followLogs, type LogListener } from './follow-all.ts';
import { followLog, readLog } from './follow.ts';
import { LogFile, type LogFileOptions } from './log-file.ts';
import type { EventLogOptions, FollowAllOptions, FollowOptions } from './log-options.ts';
import { readPage, type Page } from './page.ts';
import { feedOf, type EventFeed } from './event-feed.ts';
import { RecentBlocks } from './records/recent-blocks.ts';
import { stateAfter, type LastEvent, type LogPosition } from './records/record.ts';
import { trimLog, trimSuffix } from './trim.ts';
import { WriteHandles } from './write-handles.ts';

export type { Page } from './page.ts';
export type { Appended } from './records/batch-encoder.ts';
export { feedOf, type EventFeed } from './event-feed.ts';
export type { EventPlace } from './ids/event-place.ts';
export type { EventLogOptions, FollowAllOptions, FollowOptions } from './log-options.ts';
export type { EventChunk, Framing } from './records/record-block.ts';
export type { LastEvent, LogPosition } from './records/record.ts';
export type { StoredEvent } from './stored-event.ts';
export type { Beside } from './made/beside.ts';
export { readPlace } from './ids/event-place.ts';
export { chunkOf, madeEvent, type MadeEvent } from './made/made-chunk.ts';

const suffix = '.log';
const idsFile = 'ids';
/** A task id becomes a file name. */
const fileName = /^[\w-]{1,64}$/;
const noPosition: LogPosition = { run: '', out: 0, err: 0, outbox: 0 };

/** The event logs of all tasks: one file a task, ids that grow over all of them. The daemon is alone on the directory. */
export class EventLog {
  readonly #directory: string;
  readonly #now: () => Date;
  readonly #handles: WriteHandles;
  readonly #fileOptions: LogFileOptions;
  /** Every task with a log; null until the log is looked into. */
  readonly #logs = new Map<string, LogFile | null>();
  readonly #listeners = new Set<LogListener>();
  readonly #recent = new RecentBlocks();
  readonly #encoder = new BatchEncoder();
  readonly #trims = new Map<string, Promise<number>>();
  readonly #ids: EventIds;
  /** No log that was not looked into since holds an id above this. */
  readonly #lastIdBefore: number;
  #closed = false;

  constructor(options: EventLogOptions) {
    this.#directory = options.directory;
    this.#now = options.now;
    this.#handles = new WriteHandles(options.maxOpenFiles ?? 256);
    this.#fileOptions = {
      handles: this.#handles,
      write: options.write ?? writeSync,
      warn: options.warn ?? (() => undefined),
      recent: this.#recent,
      listeners: this.#listeners,
      counting: () => this.#ids.counting,
    };
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(options.directory)) {
      if (name.endsWith(trimSuffix)) rmSync(join(options.directory, name), { force: true });
      else if (name.endsWith(suffix)) this.#logs.set(name.slice(0, -suffix.length), null);
    }
    const look = { pathOf: (taskId: string) => this.#path(taskId), lastOf: (taskId: string) => this.#log(taskId).last?.id ?? 0 };
    this.#ids = new EventIds(join(options.directory, idsFile), (since) => highestUsed([...this.#logs.keys()], since, look));
    this.#lastIdBefore = this.#ids.last;
  }

  /**
   * Appends events in one write: on return all of them are in the file, where a kill of the daemon does not reach them, and readers are
   * woken. On an error none is. After a crash in between, too, it is all or none.
   * @param position - what has changed of the position that the log keeps with its last event; null at first, then merged
   * @returns what the events have in common; null where there are none: nothing is written then, the position neither
   * @throws MakimaError DISK_FULL; the next append may succeed
   */
  append(taskId: string, appended: readonly Appended[], position?: Partial<LogPosition>): BatchHead | null {
    if (this.#closed) throw new MakimaError('NOT_READY', 'The event log is closed');
    const [first, last] = [appended[0], appended.at(-1)];
    if (first === undefined || last === undefined) return null;
    const log = this.#log(taskId);
    const head = { firstId: this.#ids.take(appended.length), taskId, at: this.#now().toISOString() };
    let state = appended.reduce(stateAfter, log.state);
    if (position !== undefined) state = { ...state, position: { ...(state.position ?? noPosition), ...position } };
    const bytes = this.#encoder.encode(head, appended, state);
    const lastId = head.firstId + appended.length - 1;
    log.append(bytes, { id: head.firstId, type: first.type }, { id: lastId, type: last.type }, state);
    for (const listener of this.#listeners) listener.changed(log);
    return head;
  }

  /** How far the sources of this log are in it; null where no event came with a position. */
  position(taskId: string): LogPosition | null {
    return this.#known(taskId)?.state.position ?? null;
  }

  /** The last event of a log and what it ends; null where there is none. */
  last(taskId: string): LastEvent | null {
    const log = this.#known(taskId);
    return log?.last ? { id: log.last.id, type: log.last.type, ended: log.state.ended === true, status: log.state.status ?? null } : null;
  }

  /** The highest id that was given out, over all tasks. */
  lastId(): number {
    return this.#ids.last;
  }

  /**
   * Delivers a task's events after `after` and then live ones. It ends when everything of a log whose task has ended is delivered, when
   * the task is removed, when the log is closed, and by the signal. A task without a log is waited for.
   * @throws MakimaError EVENTS_GONE, at once: what comes after `after` was deleted, or no event here has such an id; or from the iterator
   *   where the events are deleted before the reader comes to them
   */
  follow(taskId: string, options: FollowOptions): EventFeed {
    const { log, after } = this.#logFrom(taskId, options.after);
    // Of one that is removed, what is said beside is heard still.
    return feedOf(followLog(log, { ...options, after }), () => options.signal.aborted || (log.over && options.beside === undefined));
  }

  /** Delivers a task's events after `after` up to now. Errors as of `follow`. */
  read(taskId: string, options: FollowOptions): EventFeed {
    const { log, after } = this.#logFrom(taskId, options.after);
    return feedOf(readLog(log, { ...options, after }), () => options.signal.aborted);
  }

  /** One page of a task's events; `nextCursor` is the `after` of the next. Errors as of `follow`. */
  async page(taskId: string, options: Omit<FollowOptions, 'signal'> & { limit: number }): Promise<Page> {
    const { log, after } = this.#logFrom(taskId, options.after);
    return readPage(log, { ...options, after });
  }

  /** The `after` from which a task's last `count` events of output are read, of those after `after`. Errors as of `follow`. */
  async tail(taskId: string, options: Omit<FollowOptions, 'types'> & { count: number }): Promise<number> {
    const { log, after } = this.#logFrom(taskId, options.after);
    return findTail(log, { ...options, after });
  }

  /**
   * Delivers the events of all visible tasks in the order of their ids.
   * @throws MakimaError EVENTS_GONE where a visible task's events after `after` were deleted, not for a removed task; or no event here has such an id
   */
  async followAll(options: FollowAllOptions): Promise<EventFeed> {
    const after = this.#ids.assertGiven(options.after ?? this.#ids.last);
    let looked = 0;
    // A log that was not looked into since the start ends before `after` here: thousands of old ones cost nothing.
    for (const [taskId, log] of after < this.#lastIdBefore ? [...this.#logs] : []) {
      if (log !== null || !this.#logs.has(taskId) || !(await options.visible(taskId))) continue;
      this.#log(taskId);
      if (++looked % 100 === 0) await nextTurn();
    }
    for (const log of [...this.#logs.values()])
      if (log !== null && log.trimmedThrough > after && (await options.visible(log.taskId))) log.assertKept(after);
    const logs = (): LogFile[] => [...this.#logs.values()].filter((log) => log !== null).filter((log) => (log.last?.id ?? 0) > after);
    const set = { listeners: this.#listeners, recent: this.#recent, lastId: () => this.#ids.last, isClosed: () => this.#closed };
    return feedOf(followLogs(set, { ...options, after, logs }), () => options.signal.aborted || this.#closed);
  }

  /** Deletes a task's log and ends its readers. Nothing happens where there is none. */
  remove(taskId: string): void {
    const log = this.#known(taskId);
    if (log?.last) this.#ids.keep(log.last.id);
    log?.remove();
    this.#logs.delete(taskId);
  }

  /**
   * Deletes a task's events before `beforeId`; its last event always stays.
   * @returns the number of bytes that were freed
   * @throws MakimaError DISK_FULL: what stays needs room beside the old file for a moment
   */
  async trim(taskId: string, beforeId: number): Promise<number> {
    const log = this.#known(taskId);
    if (log === null) return 0;
    const before = this.#trims.get(taskId);
    if (before !== undefined) {
      await before;
      return this.trim(taskId, beforeId);
    }
    const trim = trimLog(log, beforeId).finally(() => this.#trims.delete(taskId));
    this.#trims.set(taskId, trim);
    return trim;
  }

  /** The name that ids are told with. */
  counting(): string {
    return this.#ids.counting;
  }

  /** The tasks that have a log. */
  taskIds(): string[] {
    return [...this.#logs.keys()];
  }

  /** The bytes of each task's log. */
  sizes(): { taskId: string; bytes: number }[] {
    return [...this.#logs].map(([taskId, log]) => ({
      taskId,
      bytes: log?.size ?? statSync(this.#path(taskId), { throwIfNoEntry: false })?.size ?? 0,
    }));
  }

  /** The bytes of one task's log. */
  size(taskId: string): number {
    return this.#known(taskId)?.size ?? 0;
  }

  /** Ends all readers and closes the files; a further append throws. */
  close(): void {
    this.#closed = true;
    for (const log of this.#logs.values()) log?.end();
    for (const listener of this.#listeners) listener.ring();
    this.#handles.closeAll();
    this.#ids.close();
  }

  #path(taskId: string): string {
    return join(this.#directory, `${taskId}${suffix}`);
  }

  #known(taskId: string): LogFile | null {
    return this.#logs.has(taskId) ? this.#log(taskId) : null;
  }

  #logFrom(taskId: string, place: EventPlace): { log: LogFile; after: number } {
    const log = this.#log(taskId);
    const after = this.#ids.assertGiven(place);
    log.assertKept(after);
    return { log, after };
  }

  #log(taskId: string): LogFile {
    const known = this.#logs.get(taskId);
    if (known !== undefined && known !== null) return known;
    if (!fileName.test(taskId)) throw new MakimaError('TASK_NOT_FOUND', `${JSON.stringify(taskId)} is no task id`);
    const log = new LogFile(taskId, this.#path(taskId), this.#fileOptions);
    this.#logs.set(taskId, log);
    return log;
  }
}

/** Opens the event logs in a directory: only the file names are read. */
export const openEventLog = (options: EventLogOptions): EventLog => new EventLog(options);
