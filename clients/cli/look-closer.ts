import type { Makima, Task } from '../typescript/index.ts';
import { askedLines } from './output/approvals.ts';
import { withinLine } from './output/plain.ts';
import { isEnded } from './output/states.ts';

/** More make an answer that nobody reads. */
const maxShown = 10;

const shortOf = (id: string): string => id.slice(0, 8);

/** A line for each task that is waited for, and what begins one that nobody has started. One that is gone or not ours is left out. */
const tasksOf = async (makima: Makima, ids: readonly string[]): Promise<string[]> => {
  const found = await Promise.allSettled(ids.slice(0, maxShown).map((id) => makima.getTask(id)));
  return found.flatMap((each) => {
    if (each.status === 'rejected') return [];
    const { id, status, name } = each.value;
    const hint = status === 'pending' ? `: nobody has started it; \`makima start ${shortOf(id)}\` does` : '';
    return [`${shortOf(id)} ${status} ${withinLine(name)}${hint}`];
  });
};

/** A line for each thing that is asked, with what to type. */
const askedOf = async (makima: Makima, taskId: string): Promise<string[]> =>
  (await makima.approvals({ taskId, status: ['pending'], limit: maxShown })).map((approval) => {
    const id = shortOf(approval.id);
    const allow = approval.kind === 'question' ? `makima allow ${id} "ANSWER"` : `makima allow ${id}`;
    return `${withinLine(askedLines(approval).join(' · '))}: \`${allow}\` or \`makima deny ${id} "WHY"\``;
  });

/** What exactly a task waits for, a line each; nothing of what its state says by itself. */
export const waitsOf = async (makima: Makima, { id, status, waitsFor }: Task): Promise<string[]> => {
  if (isEnded(status) || waitsFor === null) return [];
  switch (waitsFor.kind) {
    case 'approval':
      return askedOf(makima, id);
    case 'limit':
      return [`\`makima start ${shortOf(id)}\` has it go on before; MAKIMA_RESUME_AFTER_LIMIT=true by itself after it`];
    default:
      return tasksOf(makima, waitsFor.taskIds ?? []);
  }
};

/** What became of the worktree of a task that had one and has it no more; null where there is nothing to say. */
export const worktreeOf = async (makima: Makima, { id, status, overlayPath, startedAt }: Task): Promise<string | null> => {
  if (!isEnded(status) || overlayPath !== null || startedAt === null) return null;
  const away = await makima.worktree(id).then(
    ({ awaySince }) => awaySince,
    () => null,
  );
  return away === null ? null : `put away on ${away.slice(0, 10)}: \`makima restore ${shortOf(id)}\` brings it back, and so does a start`;
};
