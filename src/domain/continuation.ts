import type { Task } from '../../schemas/task.ts';

/**
 * The tasks whose work is contained in a later one: whoever is continued from is carried by the continuation, and by
 * what continues that one. A task counts as integrated when it is, or one that carries it.
 * @param tasks - siblings
 * @param integrated - ids of those whose own work is in place
 * @returns the ids of `integrated`, and of all that they carry
 */
export const withCarried = (tasks: readonly Task[], integrated: ReadonlySet<string>): Set<string> => {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const carried = new Set<string>();
  for (const id of integrated) {
    let current = byId.get(id);
    while (current && !carried.has(current.id)) {
      carried.add(current.id);
      current = current.continueFromTaskId === null ? undefined : byId.get(current.continueFromTaskId);
    }
  }
  return carried;
};
