import type { Task } from '../../schemas/task.ts';

/** What is held at the most, counted in characters of the tasks' texts; a task of more than an eighth of it is read anew each time. */
const maxCharacters = 4_000_000;
/** What a task without a text counts for. */
const baseCharacters = 600;

/** The tasks that were read or written last, so that what a page or a script polls is no query each time. The daemon is alone on its database. */
export interface RememberedTasks {
  get(id: string): Task | undefined;
  /** How many tasks there are, null where nobody has counted them yet. */
  count: number | null;
  /** Marks the begin of a transaction that changes tasks; these follow one another. @returns its place in their order */
  begin(): number;
  /** A transaction is about to be committed: from here on these tasks are read, which waits for it. */
  changing(ids: Iterable<string>): void;
  /**
   * The same of tasks that it deletes. What was begun before is not believed from here on: where both are committed together, who changed
   * such a task hears of it when it is gone.
   */
  deleting(ids: Iterable<string>, order: number): void;
  /** Remembers what a transaction has left, when it is committed. @returns the task as all are to have it */
  written(task: Task, order: number): Task;
  /** Nobody knows how this transaction has left its tasks. */
  failed(order: number): void;
  forgetAll(): void;
  /** Marks the begin of a read. @returns remembers what it found, where nothing was written meanwhile */
  reading(): (task: Task) => Task;
}

const weightOf = ({ name, plan, progressSummary, errorMessage, warnings }: Task): number =>
  baseCharacters +
  name.length +
  plan.length +
  (progressSummary?.length ?? 0) +
  (errorMessage?.length ?? 0) +
  warnings.reduce((sum, { message }) => sum + message.length, 0);

/** All who ask get the same value: nobody may change it. */
const frozen = (task: Task): Task => {
  for (const part of [task.waitsFor, task.budget, task.copyFiles, task.dependsOn, task.usage, task.completion, task.warnings])
    Object.freeze(part);
  return Object.freeze(task);
};

export const rememberTasks = (limit = maxCharacters): RememberedTasks => {
  /** The one that was used last is the last. */
  const entries = new Map<string, { task: Task; weight: number; order: number }>();
  let weight = 0;
  let begun = 0;
  /** What was begun before this is not believed any more. */
  let floor = 0;

  const remove = (id: string): void => {
    weight -= entries.get(id)?.weight ?? 0;
    entries.delete(id);
  };
  const put = (task: Task, order: number): void => {
    remove(task.id);
    const own = weightOf(task);
    if (own > limit / 8) return;
    entries.set(task.id, { task, weight: own, order });
    weight += own;
    for (const oldest of entries.keys()) {
      if (weight <= limit) break;
      remove(oldest);
    }
  };

  return {
    count: null,
    get(id) {
      const entry = entries.get(id);
      if (entry === undefined) return undefined;
      entries.delete(id);
      entries.set(id, entry);
      return entry.task;
    },
    begin: () => (begun += 1),
    changing(ids) {
      for (const id of ids) remove(id);
    },
    deleting(ids, order) {
      this.changing(ids);
      floor = Math.max(floor, order);
      this.count = null;
    },
    written(task, order) {
      const kept = frozen(task);
      // The promises of two transactions need not resolve in their order.
      if (order > floor && order >= (entries.get(task.id)?.order ?? 0)) put(kept, order);
      return kept;
    },
    failed(order) {
      floor = Math.max(floor, order);
      this.count = null;
    },
    forgetAll() {
      floor = begun;
      entries.clear();
      weight = 0;
    },
    reading() {
      const order = begun;
      return (task) => {
        const kept = frozen(task);
        if (order === begun && !entries.has(task.id)) put(kept, order);
        return kept;
      };
    },
  };
};
