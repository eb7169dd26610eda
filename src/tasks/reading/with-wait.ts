import type { Task } from '../../../schemas/task.ts';
import type { Needs } from '../parts.ts';

const told = new WeakMap<Task, Task>();

/**
 * A task with its place in the queue, which is stored nowhere. As long as neither the task nor its place is another, it is the same value, so
 * that what is made of it need not be made again.
 */
export const withWait = ({ runs }: Needs<'runs'>, task: Task): Task => {
  const waitsFor = runs.waitsFor(task);
  if (waitsFor === task.waitsFor) return task;
  const known = told.get(task);
  if (known && JSON.stringify(known.waitsFor) === JSON.stringify(waitsFor)) return known;
  const made = Object.freeze({ ...task, waitsFor: Object.freeze(waitsFor) });
  told.set(task, made);
  return made;
};
