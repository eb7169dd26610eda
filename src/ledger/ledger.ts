import { EventEmitter } from 'node:events';
import type { EventPayload } from '../../schemas/event.ts';
import type { Task, TaskStatus, Warning } from '../../schemas/task.ts';
import { createTogether } from '../domain/together.ts';
import { MakimaError, type ErrorCode } from '../errors.ts';
import type { Appended, EventLog } from '../events/event-log.ts';
import type { CreateOptions, RunChanges, TaskChanges, TaskStore, Transition } from '../store/task-store.ts';

const outboxBatch = 500;
/** From a log that could not be written to the next try, in milliseconds; every further change tries too. */
const retryMs = 1000;
/** How long events that are in their log may stay in the outbox, in milliseconds: taking each out by itself is a sync of the disk a change. */
const settleMs = 200;

/**
 * The one way in which a task's row and its log change together. The store commits the change and its events in one
 * transaction; the events then move to the log, which remembers the last one it took, so that a crash at any point
 * between neither loses nor doubles one. A change that is committed has happened, even where its events have to wait
 * for space on the disk: the caller goes on, and they are moved when there is some.
 */
export interface Ledger {
  /** Errors as of the store. @returns the task, and false where it was there already */
  create(task: Task, options?: CreateOptions): Promise<{ task: Task; created: boolean }>;
  /** @throws MakimaError TASK_NOT_FOUND, INVALID_TRANSITION */
  transition(taskId: string, change: Transition): Promise<Task>;
  /**
   * @param only - holds the change to these statuses
   * @param run - a run of it that changes in the same transaction
   * @throws MakimaError TASK_NOT_FOUND, or `only.code`
   */
  update(
    taskId: string,
    changes: TaskChanges,
    events?: EventPayload[],
    only?: { in: readonly TaskStatus[]; code?: ErrorCode },
    run?: { runId: string; changes: RunChanges },
  ): Promise<Task>;
  /** Notes that the files of the task's worktree are put away. @throws MakimaError TASK_NOT_FOUND, TASK_ACTIVE */
  putWorktreeAway(taskId: string, since: string): Promise<Task>;
  /** Appends events that no row stands behind: output. */
  append(taskId: string, events: readonly Appended[], position?: { run: string; out: number; err: number }): void;
  /** A `system` line, or several, in the task's output. */
  say(taskId: string, text: string, level?: 'warning' | 'error'): void;
  /** What somebody should look at: on the task, and as a line of its output. One that the task has already is not said again. @throws MakimaError TASK_NOT_FOUND */
  warn(taskId: string, ...warnings: Warning[]): Promise<Task>;
  /** Has the store commit a change that is none of a task's row, with its events, and moves these. @throws what the store throws */
  commit<T>(change: Promise<T>): Promise<T>;
  /** Moves what the store has committed to the log. Called at the start; every change here calls it by itself. */
  flush(): Promise<void>;
  /** Calls back with the task after each change of it, and with null when it is deleted. @returns ends it */
  watch(taskId: string, listener: (task: Task | null) => void): () => void;
  /** Calls back with each direct subtask of a task that was made or changed, after that. @returns ends it */
  watchBelow(taskId: string, listener: (subtask: Task) => void): () => void;
  /** Calls back with the id of each task that was made, changed or deleted. @returns ends it */
  watchAll(listener: (taskId: string) => void): () => void;
  /** Tells who watches that the task is deleted. */
  forget(taskId: string): void;
}

export interface LedgerHooks {
  /** Called at each point at which a crash must do no harm. */
  reached?: (point: string) => void;
  /** Told once of a log that cannot be written, until it can. */
  report?: (what: string, error: unknown) => void;
}

const ignore = (): void => undefined;
/** No task's id. */
const anyTask = Symbol('any task');
/** None either. */
const below = (taskId: string): string => `below ${taskId}`;

export const createLedger = (store: TaskStore, log: EventLog, { reached = ignore, report = ignore }: LedgerHooks = {}): Ledger => {
  const changes = new EventEmitter();
  changes.setMaxListeners(0);

  /** The last event that is in its log. */
  let moved = 0;
  let settling: NodeJS.Timeout | null = null;
  /** What a crash leaves in the outbox is in the log, which knows it. */
  const settleSoon = (): void => {
    settling ??= setTimeout(() => {
      settling = null;
      // Where it fails, the next change's does it.
      store.settleEvents(moved).catch(ignore);
    }, settleMs).unref();
  };

  const flush = createTogether(async () => {
    for (;;) {
      const pending = await store.pendingEvents(outboxBatch, moved);
      if (pending.length > 0) reached('events committed');
      for (const { seq, taskId, payload } of pending) {
        if ((log.position(taskId)?.outbox ?? 0) < seq) log.append(taskId, [payload], { outbox: seq });
        moved = seq;
      }
      if (pending.length > 0) {
        reached('events logged');
        settleSoon();
      }
      if (pending.length < outboxBatch) return;
    }
  });

  let retry: NodeJS.Timeout | null = null;
  const flushInTheEnd = async (): Promise<void> => {
    try {
      await flush();
    } catch (error) {
      // The parts are being closed: the next start goes on from the outbox.
      if (retry !== null || (error instanceof MakimaError && error.code === 'NOT_READY')) return;
      report('moving events to their logs', error);
      const again = (): void => {
        flush().then(
          () => (retry = null),
          (failure: unknown) => {
            retry = failure instanceof MakimaError && failure.code === 'NOT_READY' ? null : setTimeout(again, retryMs).unref();
          },
        );
      };
      retry = setTimeout(again, retryMs).unref();
    }
  };

  const tell = (taskId: string, task: Task | null): void => {
    changes.emit(taskId, task);
    if (task !== null && task.parentTaskId !== null) changes.emit(below(task.parentTaskId), task);
    changes.emit(anyTask, taskId);
  };
  const committed = async (task: Task): Promise<Task> => {
    await flushInTheEnd();
    tell(task.id, task);
    return task;
  };

  return {
    async create(task, options) {
      const made = await store.createTask(task, options);
      if (made.created) tell(made.task.id, made.task);
      return made;
    },
    transition: async (taskId, change) => committed(await store.transition(taskId, change)),
    update: async (taskId, patch, events, only, run) => committed(await store.updateTask(taskId, patch, events, only, run)),
    warn: async (taskId, ...warnings) => committed(await store.addWarnings(taskId, warnings)),
    async commit(change) {
      const done = await change;
      await flushInTheEnd();
      return done;
    },
    putWorktreeAway: async (taskId, since) => committed(await store.putWorktreeAway(taskId, since)),
    append: (taskId, events, position) => void log.append(taskId, events, position),
    say(taskId, text, level) {
      const lines = text
        .split('\n')
        .map((content): EventPayload => ({ type: 'output', stream: 'system', content, ...(level && { level }) }));
      log.append(taskId, lines);
    },
    flush,
    watch(taskId, listener) {
      changes.on(taskId, listener);
      return () => changes.off(taskId, listener);
    },
    watchBelow(taskId, listener) {
      changes.on(below(taskId), listener);
      return () => changes.off(below(taskId), listener);
    },
    watchAll(listener) {
      changes.on(anyTask, listener);
      return () => changes.off(anyTask, listener);
    },
    forget: (taskId) => tell(taskId, null),
  };
};
