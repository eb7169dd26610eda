import PQueue from 'p-queue';
import type { Task } from '../../schemas/task.ts';
import { completionGate, type CompletionGate, type SubtaskWork } from '../domain/completion-gate.ts';
import { nameSome } from '../domain/names/name-some.ts';
import { isActive } from '../domain/status-machine.ts';
import { MakimaError } from '../errors.ts';
import { compareSubtasks, type ComparedSubtask, isContained, missingContent, type Standing, standingOf } from '../git/snapshot/index.ts';
import type { Worktree } from '../git/worktree/index.ts';
import { worktreeOf } from '../ledger/worktree-of.ts';
import type { Integration, OpenMerge, TaskStore } from '../store/task-store.ts';
import { mergedSource } from './subtask-source.ts';

/** A subtask whose work would be left behind. */
export interface Unintegrated {
  taskId: string;
  name: string;
  branch: string;
  reason: string;
}

const maxFilesNamed = 5;

/** Worktrees looked at side by side: each look keeps a core busy. */
const looksAtOnce = 8;

/** What of a subtask is looked at, where what is stored does not say what became of its work. */
interface Looked extends ComparedSubtask {
  subtask: Task;
}

type Decided = SubtaskWork | { worktree: Worktree };

/** What the store says of a subtask's work, or the worktree that has to be looked at. */
const decide = async (
  parts: { store: TaskStore },
  subtask: Task,
  parent: Worktree | null,
  open: OpenMerge | null,
  integration: Integration | undefined,
): Promise<Decided> => {
  if (integration?.state === 'skipped') return { kind: 'skipped' };
  if (isActive(subtask.status)) return { kind: 'left', reason: `it is still ${subtask.status}` };
  if (open?.subtaskId === subtask.id) return { kind: 'left', reason: 'its merge is not finished' };
  const worktree = await worktreeOf(parts, subtask.id);
  // One that was made and never started has nothing to bring in, and carries nothing of what it is to continue.
  if (!worktree) return { kind: 'nothing' };
  return parent ? { worktree } : { kind: 'left', reason: 'this task has no worktree' };
};

/** How a worktree stands, null where it is gone. */
const standingIn = async (worktree: Worktree): Promise<Standing | null> => {
  try {
    return await standingOf(worktree);
  } catch (error) {
    if (error instanceof MakimaError && error.code === 'WORKTREE_NOT_FOUND') return null;
    throw error;
  }
};

/** Whether the subtask's work is in the parent's worktree: by its branch, else by its content. */
const whatIsMissing = async ({ worktree, standing, merged }: Looked, parent: Worktree, into: Standing): Promise<SubtaskWork> => {
  if (await isContained(parent.gitDir, standing, into, merged)) return { kind: 'integrated' };
  const missing = await missingContent(
    { gitDir: worktree.gitDir, tree: standing.tree, baseCommit: worktree.baseCommit },
    { gitDir: parent.gitDir, tree: into.tree },
  );
  return missing.length === 0 ? { kind: 'integrated' } : { kind: 'left', reason: `${nameSome(missing, maxFilesNamed)} differ` };
};

/** What became of the work of each of the task's direct subtasks. */
export const workOfSubtasks = async (
  parts: { store: TaskStore },
  task: Task,
): Promise<{ subtasks: Task[]; work: Map<string, SubtaskWork>; gate: CompletionGate }> => {
  const subtasks = await parts.store.listChildren(task.id);
  const integrations = new Map((await parts.store.listIntegrations(task.id)).map((each) => [each.subtaskId, each]));
  const [parent, open] = [await worktreeOf(parts, task.id), await parts.store.getMerge(task.id)];
  const work = new Map<string, SubtaskWork>();
  const toLookAt: { subtask: Task; worktree: Worktree }[] = [];
  for (const subtask of subtasks) {
    const decided = await decide(parts, subtask, parent, open, integrations.get(subtask.id));
    if ('worktree' in decided) toLookAt.push({ subtask, worktree: decided.worktree });
    // its place among the others
    work.set(subtask.id, 'worktree' in decided ? { kind: 'left', reason: 'its worktree or that of this task is gone' } : decided);
  }
  if (parent !== null && toLookAt.length > 0) {
    const looks = new PQueue({ concurrency: looksAtOnce });
    const [into, ...standings] = await looks.addAll(
      [parent, ...toLookAt.map(({ worktree }) => worktree)].map((each) => () => standingIn(each)),
    );
    const looked = toLookAt.flatMap((each, position): Looked[] => {
      const standing = standings[position] ?? null;
      return standing === null ? [] : [{ ...each, standing, merged: mergedSource(integrations.get(each.subtask.id)) }];
    });
    if (into != null) {
      await compareSubtasks(parent, into, looked);
      for (const each of looked) work.set(each.subtask.id, await whatIsMissing(each, parent, into));
    }
  }
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
