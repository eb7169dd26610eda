import type { SnapshotEnd, TaskEvent } from '../../../schemas/event.ts';
import type { Task } from '../../../schemas/task.ts';
import { chunkOf, madeEvent, type Beside, type EventChunk, type EventLog, type MadeEvent } from '../../events/event-log.ts';
import type { Caller } from '../access.ts';
import type { Needs } from '../parts.ts';

type Uses = Needs<'store' | 'log' | 'ledger' | 'now'>;

/** How much of a task is told: `summary` is without its plan. */
export type TaskView = 'full' | 'summary';

/** Tasks that are read at once for a snapshot: one can hold two million characters. */
const pageSize = 25;

const jsonOf: Record<TaskView, (task: Task) => string> = {
  full: (task) => JSON.stringify(task),
  summary: ({ plan: _, ...task }) => JSON.stringify(task),
};
const made: Record<TaskView, WeakMap<Task, string>> = { full: new WeakMap(), summary: new WeakMap() };

/** All readers get the same text, for as long as the store hands out the same value, which nobody can change. */
const taskJson = (task: Task, view: TaskView): string => {
  const known = made[view].get(task);
  if (known !== undefined) return known;
  const json = jsonOf[view](task);
  if (Object.isFrozen(task)) made[view].set(task, json);
  return json;
};

const stateOf = (id: number, task: Task, view: TaskView): MadeEvent => {
  const head = { id, taskId: task.id, type: 'task' as const, at: task.updatedAt };
  return { event: { ...head, task }, json: `${JSON.stringify(head).slice(0, -1)},"task":${taskJson(task, view)}}` };
};

const deletionOf = (id: number, taskId: string, now: () => Date): MadeEvent => {
  const event: TaskEvent = { id, taskId, type: 'task', at: now().toISOString(), deleted: true };
  return { event, json: JSON.stringify(event) };
};

const endOf = (id: number, tasks: number, now: () => Date): MadeEvent => {
  const event: SnapshotEnd = { type: 'snapshot', id, at: now().toISOString(), tasks };
  return { event, json: JSON.stringify(event) };
};

const single = (made: MadeEvent, log: EventLog): EventChunk => chunkOf([madeEvent(made, log.counting())]);

/** A task as it now is, at first and after each change of it, and that it is deleted. Who reads slowly gets the latest alone. */
export const stateOfTask = ({ store, log, ledger, now }: Uses, taskId: string, view: TaskView): Beside => {
  let isPending = true;
  let told: string | null = null;
  return {
    listen: (ring) =>
      ledger.watch(taskId, () => {
        isPending = true;
        ring();
      }),
    async *said(id, isLast) {
      // What is committed with the end of a log is told after that: the reader of the log may be through by then.
      if (!isPending && !isLast) return;
      isPending = false;
      const task = await store.getTask(taskId);
      const json = task === null ? '' : taskJson(task, view);
      if (json === told) return;
      told = json;
      yield single(task === null ? deletionOf(id, taskId, now) : stateOf(id, task, view), log);
    },
  };
};

export interface StatesOptions {
  /** All tasks are told at first. */
  snapshot: boolean;
  view: TaskView;
  /** Whether the caller may see a task; answered of a task that is gone as it was before. */
  visible: (taskId: string) => Promise<boolean>;
}

/**
 * Every task that the caller may see as it now is, then each again after a change of it or its end. What is held for a reader is the ids of
 * the tasks that have changed since it was told of them: it gets the latest alone.
 */
export const statesOfAll = ({ store, log, ledger, now }: Uses, caller: Caller, { snapshot, view, visible }: StatesOptions): Beside => {
  const changed = new Set<string>();
  let isWhole = !snapshot;

  async function* everyTask(id: number): AsyncGenerator<EventChunk> {
    let count = 0;
    let cursor: string | null = null;
    do {
      const page: { items: Task[]; nextCursor: string | null } = await store.listTasks({
        limit: pageSize,
        cursor,
        withinTreeOf: caller.kind === 'tool-key' ? caller.taskId : null,
      });
      for (const task of page.items) {
        // So that it is known of each whether the caller may hear of its end.
        if (!(await visible(task.id))) continue;
        count += 1;
        yield single(stateOf(id, task, view), log);
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
    yield single(endOf(id, count, now), log);
  }

  return {
    listen: (ring) =>
      ledger.watchAll((taskId) => {
        changed.add(taskId);
        ring();
      }),
    async *said(id) {
      if (!isWhole) {
        isWhole = true;
        yield* everyTask(id);
      }
      // Those that change meanwhile have rung again: the events of logs have their turn before them.
      for (const taskId of [...changed]) {
        changed.delete(taskId);
        if (!(await visible(taskId))) continue;
        const task = await store.getTask(taskId);
        yield single(task === null ? deletionOf(id, taskId, now) : stateOf(id, task, view), log);
      }
    },
  };
};
