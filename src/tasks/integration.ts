import type { Task } from '../../schemas/task.ts';
import { withCarried } from '../domain/continuation.ts';
import { isActive } from '../domain/status-machine.ts';
import { missingContent } from '../git/missing-content.ts';
import type { Worktree } from '../git/worktree.ts';
import type { TaskContext } from './context.ts';
import { worktreeOf } from './worktree-of.ts';

/** A subtask whose work would be left behind. */
export interface Unintegrated {
  taskId: string;
  name: string;
  branch: string;
  reason: string;
}

const maxFilesNamed = 5;

/** Why a subtask's work is not in the parent's worktree, null where it is. */
const whyMissing = async (context: TaskContext, parent: Task, subtask: Task, worktree: Worktree | null): Promise<string | null> => {
  if (isActive(subtask.status)) return `it is still ${subtask.status}`;
  if (!worktree) return null;
  const into = await worktreeOf(context, parent.id);
  if (!into) return 'this task has no worktree';
  const missing = await missingContent(worktree, worktree.baseCommit, into);
  if (missing.length === 0) return null;
  const more = missing.length > maxFilesNamed ? ` and ${missing.length - maxFilesNamed} more` : '';
  return `${missing.slice(0, maxFilesNamed).join(', ')}${more} differ`;
};

/** The direct subtasks whose work is not in the task's worktree, neither by content nor through a continuation of theirs. */
export const unintegratedSubtasks = async (context: TaskContext, task: Task): Promise<Unintegrated[]> => {
  const subtasks = await context.store.listChildren(task.id);
  const reasons = new Map<string, string>();
  const inPlace = new Set<string>();
  for (const subtask of subtasks) {
    const worktree = await worktreeOf(context, subtask.id);
    const reason = await whyMissing(context, task, subtask, worktree);
    if (reason !== null) reasons.set(subtask.id, reason);
    // One that was made and never started has nothing to bring in, and carries nothing of what it is to continue.
    else if (worktree) inPlace.add(subtask.id);
  }
  const carried = withCarried(subtasks, inPlace);
  return subtasks.flatMap((subtask) => {
    const reason = reasons.get(subtask.id);
    return reason === undefined || carried.has(subtask.id) ? [] : [{ taskId: subtask.id, name: subtask.name, branch: subtask.branch ?? subtask.id, reason }];
  });
};

/** Names them and why. */
export const describe = (left: readonly Unintegrated[]): string => left.map(({ branch, name, reason }) => `${branch} ("${name}": ${reason})`).join(', ');

/** What keeps a task from being finished, one sentence without its full stop; null where nothing does. */
export const describeWhatIsLeft = async (context: TaskContext, task: Task): Promise<string | null> => {
  const left = await unintegratedSubtasks(context, task);
  return left.length === 0 ? null : `work of subtasks is not in its worktree: ${describe(left)}`;
};
