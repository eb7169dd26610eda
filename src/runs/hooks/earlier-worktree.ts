import { MakimaError, messageOf } from '../../errors.ts';
import { isDirectory } from '../../files/look.ts';
import { removeTree } from '../../files/remove-tree.ts';
import { leadsTo, parseWorktree, requireWorktree, sweepTemporary, type Worktree } from '../../git/worktree/index.ts';
import { bringFilesBack, bringWorktreeBack } from '../../ledger/bring-worktree-back.ts';
import type { RunContext } from '../context.ts';
import type { Start } from './hook.ts';

type Parts = Pick<RunContext, 'store' | 'ledger' | 'directories' | 'now' | 'reached'>;

/** Its directory was deleted: a crash must not make the half of a new one pass for it. */
const forget = async ({ store }: Pick<Parts, 'store'>, taskId: string): Promise<null> => {
  await store.deleteWorktree(taskId);
  return null;
};

/** Another task's worktree with its files; they are brought back where they were put away. @throws MakimaError WORKTREE_NOT_FOUND */
export const filesOf = async (context: Parts, taskId: string, signal: AbortSignal): Promise<Worktree> => {
  const back = await bringWorktreeBack(context, taskId, signal);
  const row = await context.store.getWorktree(taskId);
  const from = back?.worktree ?? (row ? parseWorktree(row.record) : null);
  if (!from || !(await isDirectory(from.path)))
    throw new MakimaError('WORKTREE_NOT_FOUND', `Task ${taskId}, which this one continues, has no worktree any more`);
  return from;
};

/** The worktree of an earlier run, brought back where it was put away; null where there is none any more. */
export const goOnInEarlier = async (context: Parts, start: Start): Promise<Worktree | null> => {
  const row = await context.store.getWorktree(start.task.id);
  if (row === null) return null;
  if (row.awaySince !== null) {
    const back = await bringFilesBack(context, row, start.signal).catch((error: unknown) => {
      if (error instanceof MakimaError && error.code === 'WORKTREE_NOT_FOUND') return null;
      throw error;
    });
    if (back === null) {
      context.ledger.say(start.task.id, 'Nothing is left of what was kept of the worktree of the earlier run', 'warning');
      return forget(context, start.task.id);
    }
    const { worktree, warnings } = back;
    start.isRestored = true;
    for (const warning of warnings) context.ledger.say(start.task.id, warning, 'warning');
    context.reached('worktree back');
    return worktree;
  }
  const earlier = parseWorktree(row.record);
  if (!(await isDirectory(earlier.path))) return forget(context, start.task.id);
  await requireWorktree(earlier);
  await sweepTemporary(earlier.gitDir);
  return earlier;
};

/** An orchestrator that goes on may merge what its subtasks did before. */
export const bringSubtasksBack = async (context: Parts, { task, signal }: Start): Promise<void> => {
  for (const subtaskId of await context.store.awayBelow(task.id)) {
    try {
      await bringWorktreeBack(context, subtaskId, signal);
    } catch (error) {
      signal.throwIfAborted();
      context.ledger.say(task.id, `The worktree of subtask ${subtaskId} could not be brought back: ${messageOf(error)}`, 'warning');
    }
  }
};

/** A start that was given up before it was on record that the files are back: no agent has worked in them, and the next start brings them back anew. */
export const putAwayAgain = async (context: Parts, start: Start): Promise<void> => {
  const row = await context.store.getWorktree(start.task.id);
  if (row?.awaySince == null) return;
  const { path, gitDir } = parseWorktree(row.record);
  if (await leadsTo(path, gitDir)) await removeTree(path);
  start.worktree = null;
  start.task = await context.ledger.update(start.task.id, { overlayPath: null });
};
