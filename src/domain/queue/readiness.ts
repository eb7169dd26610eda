import type { Task, WaitsFor } from '../../../schemas/task.ts';

/** Whether a task may begin, as far as the tasks go that it stands on. */
export type Readiness = { kind: 'ready' } | { kind: 'waits'; taskIds: string[] } | { kind: 'failed'; reason: string };

/** One that another stands on. */
export interface Stands {
  task: Pick<Task, 'id' | 'name' | 'status'>;
  /** It has ended, its agent is through, and so is its completion action: nothing comes to its work any more. */
  isOver: boolean;
}

type Waiting = Pick<Task, 'dependsOn' | 'continueFromTaskId' | 'overlayPath'>;

/** Of which tasks it matters how they stand. One that is above it in its tree does so alone to be continued from, and goes on meanwhile. */
export const standsOn = (task: Waiting, ancestorIds: readonly string[]): string[] => {
  const { continueFromTaskId: source } = task;
  // It goes on in a worktree of its own, or copies what one above it has by then.
  const continues = source !== null && task.overlayPath === null && !ancestorIds.includes(source);
  return [...new Set([...task.dependsOn, ...(continues ? [source] : [])])];
};

const quote = ({ id, name }: Stands['task']): string => `Task ${id} ("${name}")`;

/**
 * All that a task depends on must be done, and what it continues from must have ended. Whoever waits for a task fails with it; but what one
 * has left that failed before can be continued from.
 * @param on - how those stand that standsOn names; one that is missing was deleted
 * @param awaited - for whom it was said to wait before
 */
export const readiness = (
  task: Waiting,
  ids: readonly string[],
  on: ReadonlyMap<string, Stands>,
  awaited: ReadonlySet<string>,
): Readiness => {
  const taskIds: string[] = [];
  for (const id of ids) {
    const depends = task.dependsOn.includes(id);
    const what = depends ? 'which this one depends on,' : 'which this one is to continue,';
    const found = on.get(id);
    const isFatal = depends || awaited.has(id);
    if (!found) {
      // It has begun before, so that one has done its part.
      const isPast = task.overlayPath !== null && !awaited.has(id);
      if (isFatal && !isPast) return { kind: 'failed', reason: `Task ${id}, ${what} was deleted. Make this one anew without it` };
    } else if (found.task.status === 'failed' || found.task.status === 'interrupted') {
      const how = found.task.status === 'failed' ? 'failed' : 'was stopped';
      if (isFatal)
        return { kind: 'failed', reason: `${quote(found.task)}, ${what} ${how}. Start that one again, and this one when it is under way` };
    } else if (found.task.status !== 'done' || !found.isOver) taskIds.push(id);
  }
  return taskIds.length === 0 ? { kind: 'ready' } : { kind: 'waits', taskIds };
};

/** For whom a task was said to wait. */
export const awaitedBy = (waitsFor: WaitsFor | null): ReadonlySet<string> =>
  new Set(waitsFor?.kind === 'dependency' ? (waitsFor.taskIds ?? []) : []);
