import type { Task } from '../../schemas/task.ts';
import { completionGate, type CompletionGate, type SubtaskWork } from '../domain/completion-gate.ts';
import { nameSome } from '../domain/name-some.ts';
import { isActive } from '../domain/status-machine.ts';
import { MakimaError } from '../errors.ts';
import { isContained, missingContent, type Standing, standingOf } from '../git/snapshot/index.ts';
import type { Worktree } from '../git/worktree/index.ts';
import { worktreeOf } from '../ledger/worktree-of.ts';
import type { Integration, OpenMerge, TaskStore } from '../store/task-store.ts';

/** A subtask whose work would be left behind. */
export interface Unintegrated {
  taskId: string;
  name: string;
  branch: string;
  reason: string;
}

const maxFilesNamed = 5;

interface Parent {
  worktree: Worktree | null;
  /** How its worktree stands, looked at once for all subtasks and only where one of them needs it. */
  standing: (worktree: Worktree) => Promise<Standing>;
  open: OpenMerge | null;
  integrations: ReadonlyMap<string, Integration>;
}

/** Whether the subtask's work is in the parent's worktree: by its branch, else by its content. */
const whyMissing = async (child: Worktree, parent: Worktree, into: Standing, merged: Integration | undefined): Promise<string | null> => {
  const source =
    merged?.sourceCommit != null && merged.sourceTree !== null ? { commit: merged.sourceCommit, tree: merged.sourceTree } : null;
  const standing = await standingOf(child);
  if (await isContained(parent.gitDir, standing, into, source)) return null;
  const missing = await missingContent(
    { gitDir: child.gitDir, tree: standing.tree, baseCommit: child.baseCommit },
    { gitDir: parent.gitDir, tree: into.tree },
  );
  if (missing.length === 0) return null;
  return `${nameSome(missing, maxFilesNamed)} differ`;
};

const workOf = async (parts: { store: TaskStore }, subtask: Task, parent: Parent): Promise<SubtaskWork> => {
  const integration = parent.integrations.get(subtask.id);
  if (integration?.state === 'skipped') return { kind: 'skipped' };
  if (isActive(subtask.status)) return { kind: 'left', reason: `it is still ${subtask.status}` };
  if (parent.open?.subtaskId === subtask.id) return { kind: 'left', reason: 'its merge is not finished' };
  const worktree = await worktreeOf(parts, subtask.id);
  // One that was made and never started has nothing to bring in, and carries nothing of what it is to continue.
  if (!worktree) return { kind: 'nothing' };
  if (!parent.worktree) return { kind: 'left', reason: 'this task has no worktree' };
  try {
    const reason = await whyMissing(worktree, parent.worktree, await parent.standing(parent.worktree), integration);
    return reason === null ? { kind: 'integrated' } : { kind: 'left', reason };
  } catch (error) {
    if (!(error instanceof MakimaError) || error.code !== 'WORKTREE_NOT_FOUND') throw error;
    return { kind: 'left', reason: 'its worktree or that of this task is gone' };
  }
};

/** What became of the work of each of the task's direct subtasks. */
export const workOfSubtasks = async (
  parts: { store: TaskStore },
  task: Task,
): Promise<{ subtasks: Task[]; work: Map<string, SubtaskWork>; gate: CompletionGate }> => {
  const subtasks = await parts.store.listChildren(task.id);
  const integrations = new Map((await parts.store.listIntegrations(task.id)).map((each) => [each.subtaskId, each]));
  let looked: Promise<Standing> | undefined;
  const standing = (worktree: Worktree): Promise<Standing> => (looked ??= standingOf(worktree));
  const parent = { worktree: await worktreeOf(parts, task.id), standing, open: await parts.store.getMerge(task.id), integrations };
  const work = new Map<string, SubtaskWork>();
  for (const subtask of subtasks) work.set(subtask.id, await workOf(parts, subtask, parent));
  return { subtasks, work, gate: completionGate(subtasks, work) };
};

/** The subtasks of a gate that are left, as answers name them. */
export const unintegratedOf = (gate: CompletionGate): Unintegrated[] =>
  gate.left.map(({ task, reason }) => ({ taskId: task.id, name: task.name, branch: task.branch ?? task.id, reason }));

/** The direct subtasks whose work is neither merged nor copied, in no continuation that is, and not skipped. */
export const unintegratedSubtasks = async (parts: { store: TaskStore }, task: Task): Promise<Unintegrated[]> =>
  unintegratedOf((await workOfSubtasks(parts, task)).gate);

/** Names them and why. */
export const describe = (left: readonly Unintegrated[]): string =>
  left.map(({ branch, name, reason }) => `${branch} ("${name}": ${reason})`).join(', ');

/** What keeps a task from being finished, one sentence without its full stop; null where nothing does. */
export const describeWhatIsLeft = async (parts: { store: TaskStore }, task: Task): Promise<string | null> => {
  const left = await unintegratedSubtasks(parts, task);
  return left.length === 0 ? null : `work of subtasks is not in its worktree: ${describe(left)}`;
};
