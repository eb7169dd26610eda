import type { EventPayload } from '../../../schemas/event.ts';
import type { Task } from '../../../schemas/task.ts';
import { isTerminal } from '../../domain/status-machine.ts';
import { isDirectory } from '../../files/look.ts';
import { allTaskCards, leadsTo, type TaskCard } from '../../git/worktree/index.ts';
import type { Needs } from '../parts.ts';

const lost = 'The state file was lost; the task was found again by its worktree';

/**
 * The log goes on where it was. Its note of how far the outbox is in it belongs to the lost store, and begins anew; a
 * task that had not ended has now.
 */
const goOnWithLog = ({ log }: Needs<'log'>, { id, status }: Task): void => {
  const before = log.last(id);
  const end: EventPayload[] =
    before?.ended === true
      ? []
      : [
          ...(before?.status === status
            ? []
            : [{ type: 'status' as const, from: before?.status ?? ('running' as const), to: status, reason: lost }]),
          { type: 'end', status },
        ];
  log.append(id, [{ type: 'output', stream: 'system', level: 'warning', content: lost }, ...end], { outbox: 0 });
};

/** As the card knew it. What it was doing when the state was lost, nobody knows: it is not doing it any more. */
const asFound = (task: Task, parentTaskId: string | null): Task => {
  const found = { ...task, parentTaskId, depth: parentTaskId === null ? 0 : task.depth };
  return isTerminal(task.status) ? found : { ...found, status: 'interrupted', errorMessage: lost };
};

/**
 * Makes tasks of the worktrees that are there, for a store that begins empty: so that they can be looked at, merged,
 * cloned and deleted. Can be repeated.
 * @returns how many were found
 */
export const adoptLostTasks = async (parts: Needs<'store' | 'log' | 'directories'>): Promise<number> => {
  const { store, directories } = parts;
  const present: TaskCard[] = [];
  for (const card of await allTaskCards(directories))
    if (!card.isDeleted && (await isDirectory(card.worktree.path)) && (await leadsTo(card.worktree.path, card.worktree.gitDir)))
      present.push(card);
  // A parent before its children, which refer to it.
  present.sort((a, b) => a.task.depth - b.task.depth || a.task.createdAt.localeCompare(b.task.createdAt));
  for (const { task, worktree } of present) {
    if ((await store.getTask(task.id)) === null) {
      const parent = task.parentTaskId === null ? null : await store.getTask(task.parentTaskId);
      const found = asFound(task, parent?.id ?? null);
      goOnWithLog(parts, found);
      await store.createTask(found);
    }
    await store.saveWorktree({ taskId: task.id, record: worktree, repositoryDir: worktree.gitDir, createdAt: task.createdAt });
  }
  return present.length;
};
