import type { Task } from '../../../schemas/task.ts';
import { isTerminal } from '../../domain/status-machine.ts';
import type { Needs } from '../parts.ts';

/** What of the logs is kept; 0 is without a limit. */
export interface Retention {
  /** The events of a task that ended so many days ago are deleted. */
  days: number;
  /** Beyond so many bytes in all logs, those of the tasks that ended first are deleted. */
  bytes: number;
}

const day = 24 * 3600 * 1000;
const lookupBatch = 500;

/** The tasks with a log that have ended, the one that ended first before the others. */
const endedTasks = async ({ store }: Needs<'store'>, sizes: readonly { taskId: string; bytes: number }[]): Promise<Task[]> => {
  const ended: Task[] = [];
  for (let at = 0; at < sizes.length; at += lookupBatch) {
    const tasks = await store.getTasks(sizes.slice(at, at + lookupBatch).map(({ taskId }) => taskId));
    ended.push(...tasks.filter((task) => isTerminal(task.status)));
  }
  return ended.sort((a, b) => (a.completedAt ?? a.createdAt).localeCompare(b.completedAt ?? b.createdAt));
};

/**
 * Deletes the events of tasks that ended long ago, or of those that ended first where all logs together are too large.
 * A task's last event always stays, and says how it ended; tasks and worktrees are not touched.
 * @returns the bytes freed
 */
export const applyRetention = async (parts: Needs<'store' | 'log' | 'now'>, retention: Retention): Promise<number> => {
  const { log, now } = parts;
  if (retention.days === 0 && retention.bytes === 0) return 0;
  const sizes = log.sizes();
  const bytesOf = new Map(sizes.map(({ taskId, bytes }) => [taskId, bytes]));
  const oldest = now().getTime() - retention.days * day;
  let total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  let freed = 0;
  for (const task of await endedTasks(parts, sizes)) {
    const tooOld = retention.days > 0 && Date.parse(task.completedAt ?? task.createdAt) < oldest;
    const tooMuch = retention.bytes > 0 && total > retention.bytes && (bytesOf.get(task.id) ?? 0) > 0;
    if (!tooOld && !tooMuch) continue;
    const last = log.last(task.id);
    const saved = last === null ? 0 : await log.trim(task.id, last.id);
    total -= saved;
    freed += saved;
  }
  return freed;
};
