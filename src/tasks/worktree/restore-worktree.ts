import type { EventPayload } from '../../../schemas/event.ts';
import type { Task } from '../../../schemas/task.ts';
import { canonicalId } from '../../domain/names/canonical-id.ts';
import { isTerminal } from '../../domain/status-machine.ts';
import { MakimaError } from '../../errors.ts';
import { repositoryOf } from '../../git/repository/index.ts';
import { findTaskCard, restoreWorktree as restoreFiles, type Worktree, writeTaskCard } from '../../git/worktree/index.ts';
import { bringWorktreeBack } from '../../ledger/bring-worktree-back.ts';
import { requireOwner, type Caller } from '../access.ts';
import type { Needs } from '../parts.ts';

/**
 * The parent that a deleted task comes back to, null for none. Which task is whose is settled when it is made, so one that came back
 * without its parent could not be led back to it later.
 * @throws MakimaError PARENT_DELETED where the parent was deleted too, can be had back, and is not done without
 */
const findParent = async (
  { store, directories }: Needs<'store' | 'directories'>,
  task: Task,
  withoutParent: boolean,
): Promise<{ parent: Task | null; lost: string | null }> => {
  const { parentTaskId } = task;
  if (parentTaskId === null) return { parent: null, lost: null };
  const parent = await store.getTask(parentTaskId);
  if (parent) return { parent, lost: null };
  const card = await findTaskCard(directories, parentTaskId);
  if (card && !withoutParent)
    throw new MakimaError('PARENT_DELETED', `Its parent, task ${parentTaskId} ("${card.task.name}"), was deleted, too`, {
      details: { parentTaskId },
    });
  return { parent: null, lost: `Its parent, task ${parentTaskId}, is gone: this is a task of its own now` };
};

/** Its log begins anew where it was deleted with its task, or goes on, and ends again: a reader of a log without an end would wait for it for ever. */
const tell = async (
  { log, ledger }: Needs<'log' | 'ledger'>,
  { task, worktree, warnings }: { task: Task; worktree: Worktree; warnings: readonly string[] },
  more: readonly string[],
): Promise<Task> => {
  const { id, status } = task;
  ledger.say(id, `The worktree was brought back from what was kept of it: ${worktree.path}`);
  for (const warning of [...more, ...warnings]) ledger.say(id, warning, 'warning');
  const end: EventPayload[] = log.last(id)?.ended === true ? [] : [{ type: 'end', status }];
  const told = await ledger.update(id, { overlayPath: worktree.path }, end);
  await writeTaskCard({ task: told, worktree, isDeleted: false });
  return told;
};

/**
 * Brings back a worktree that was put away, or deleted, with its task where that was deleted too. Its log is not had back: it begins anew, and has ended.
 * @param withoutParent - a subtask whose parent was deleted, too, comes back as a task of its own
 * @throws MakimaError FORBIDDEN, TASK_NOT_FOUND, WORKTREE_NOT_FOUND (nothing was kept of it), TASK_ACTIVE, PARENT_DELETED, and what git refuses
 */
export const restoreWorktree = async (
  parts: Needs<'store' | 'log' | 'ledger' | 'directories' | 'now'>,
  caller: Caller,
  taskId: string,
  { withoutParent }: { withoutParent: boolean },
): Promise<Task> => {
  const { store, ledger, directories, now } = parts;
  requireOwner(caller);
  const id = canonicalId(taskId);
  const existing = await store.getTask(id);
  if (existing && !isTerminal(existing.status)) throw new MakimaError('TASK_ACTIVE', `The task is ${existing.status}`);
  const back = existing && (await bringWorktreeBack(parts, id));
  if (back) return tell(parts, back, []);
  const card = await findTaskCard(directories, id);
  if (!card) throw new MakimaError(existing ? 'WORKTREE_NOT_FOUND' : 'TASK_NOT_FOUND', `Nothing was kept of a task ${taskId}`);
  const { parent, lost } = existing ? { parent: null, lost: null } : await findParent(parts, card.task, withoutParent);
  const { worktree, warnings } = await restoreFiles(card.worktree, id, {
    keptDir: directories.kept,
    gitDir: repositoryOf(directories, id),
  });
  // What a subtask had used is counted above it since it was deleted.
  const usage = parent ? null : card.task.usage;
  if (!existing) await ledger.create({ ...card.task, usage, parentTaskId: parent?.id ?? null, depth: parent ? card.task.depth : 0 });
  await store.saveWorktree({ taskId: id, record: worktree, repositoryDir: worktree.gitDir, createdAt: now().toISOString() });
  return tell(parts, { task: existing ?? card.task, worktree, warnings }, lost === null ? [] : [lost]);
};
