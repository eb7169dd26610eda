import type { Task } from '../../../schemas/task.ts';
import { canonicalId } from '../../domain/names/canonical-id.ts';
import { createTurns } from '../../domain/turns.ts';
import { MakimaError } from '../../errors.ts';
import { requireTask, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';

/** Of two tasks that are to stand on each other, the second is to see the first. */
export const onDependencies = createTurns();

/** The ids of those that a request names, each once. */
export const dependencyIds = (dependsOn: readonly string[] | undefined): string[] => [...new Set((dependsOn ?? []).map(canonicalId))];

/** Whose ends one waits for before it ends itself: those that it stands on, and its subtasks. */
const waitedFor = async ({ store }: Needs<'store'>, task: Task): Promise<string[]> => {
  const subtasks = task.isOrchestrator ? await store.listChildren(task.id) : [];
  const source = task.overlayPath === null && task.continueFromTaskId !== null ? [task.continueFromTaskId] : [];
  return [...task.dependsOn, ...source, ...subtasks.map(({ id }) => id)];
};

/** The first of some tasks that would have to end before these do; null where there is none. One that is done waits for nothing. */
const firstReached = async (parts: Needs<'store'>, from: readonly string[], wanted: ReadonlySet<string>): Promise<Task | null> => {
  if (wanted.size === 0) return null;
  const seen = new Set<string>();
  const ahead = [...from];
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const task = await parts.store.getTask(id);
    if (!task) continue;
    if (wanted.has(id)) return task;
    if (task.status !== 'done') ahead.push(...(await waitedFor(parts, task)));
  }
  return null;
};

/**
 * A task can begin when all is done that it is to depend on, and none of that waits for it or for one above it, which cannot end before it.
 * To be asked in turn (`onDependencies`) with what is made of the answer.
 * @param task - as it is to be
 * @param isNew - it is yet to be made, and nothing waits for it
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, INVALID_DEPENDENCY
 */
export const checkDependencies = async (
  parts: Needs<'store'>,
  caller: Caller,
  task: Pick<Task, 'id' | 'parentTaskId' | 'dependsOn' | 'continueFromTaskId'>,
  isNew: boolean,
): Promise<void> => {
  const { store } = parts;
  for (const id of task.dependsOn) {
    if (id === task.id) throw new MakimaError('INVALID_DEPENDENCY', 'A task cannot depend on itself');
    await requireTask(parts, caller, id, 'read');
  }
  const above = task.parentTaskId === null ? [] : [task.parentTaskId, ...(await store.ancestors(task.parentTaskId)).map(({ id }) => id)];
  const ancestor = task.dependsOn.find((id) => above.includes(id));
  if (ancestor !== undefined)
    throw new MakimaError('INVALID_DEPENDENCY', `Task ${ancestor} is above this one in its tree, and cannot be done before it`);
  const source = task.continueFromTaskId;
  const from = [...task.dependsOn, ...(source === null || above.includes(source) ? [] : [source])];
  const reached = await firstReached(parts, from, new Set(isNew ? above : [task.id, ...above]));
  if (reached === null) return;
  const whom = reached.id === task.id ? 'this one' : `task ${reached.id} ("${reached.name}"), which is above this one in its tree`;
  throw new MakimaError(
    'INVALID_DEPENDENCY',
    `What it is to wait for waits itself, at once or in the end, for ${whom}: none of them could begin`,
  );
};
