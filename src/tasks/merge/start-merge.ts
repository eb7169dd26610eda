import type { MergeResult } from '../../../schemas/merge.ts';
import type { Task } from '../../../schemas/task.ts';
import { nameSome } from '../../domain/name-some.ts';
import { quoteName } from '../../domain/quote-name.ts';
import { isActive } from '../../domain/status-machine.ts';
import { MakimaError, messageOf } from '../../errors.ts';
import { commitOf } from '../../git/command/index.ts';
import {
  applyMerge,
  conflictsOf,
  type MergePlan,
  type MergeRecord,
  planMerge,
  shownConflicts,
  whileChanging,
  WorktreeChanged,
} from '../../git/merge/index.ts';
import { bringCommit } from '../../git/repository/index.ts';
import { type MergeSource, requireFinished, requireNoMarkers } from '../../git/snapshot/index.ts';
import { headPlaceOf, IndexLockHeld, withWorktreeLock, type Worktree } from '../../git/worktree/index.ts';
import {
  currentMerge,
  forget,
  integrationBy,
  mergeEvent,
  settleMerge,
  takeBack,
  type MergeUnderWay,
} from '../../integration/open-merge.ts';
import { branchOfSubtask, sourceOfSubtask } from '../../integration/subtask-source.ts';
import { requireWorktree } from '../../ledger/worktree-of.ts';
import { requireTask } from '../access.ts';
import type { Actions } from '../actions.ts';
import type { TaskContext } from '../context.ts';
import { findSubtask } from './find-subtask.ts';

const maxFilesNamed = 10;
/** An event is a line of a log, which many conflicts would make long; the merge's status has them all. */
const maxConflictsInEvent = 100;

/** What is to be merged. */
interface Sought {
  source: MergeSource;
  sourceBranch: string;
  /** It is a branch beside what the subtask's worktree holds. */
  beside: boolean;
}

/** Nothing came of it but the note that all of it is there. */
const alreadyThere = async (
  context: TaskContext,
  task: Task,
  subtask: Task,
  into: Worktree,
  { source, sourceBranch, beside }: Sought,
): Promise<MergeResult> => {
  const commitSha = (await commitOf(headPlaceOf(into), 'HEAD')) ?? source.commit;
  const integration = await integrationBy(
    context,
    { subtaskId: subtask.id, taskId: task.id, commitSha },
    { source: source.commit, sourceTree: source.tree, beside },
  );
  const events = [mergeEvent({ subtaskId: subtask.id, sourceBranch }, 'committed', { commitSha })];
  if (integration === null) await context.store.addEvents(task.id, events);
  else await context.store.saveIntegration(integration, events);
  await context.ledger.flush();
  return { success: true, commitSha, message: 'There was nothing to merge: all of it is here already' };
};

/** What the subtask's worktree holds, where its agent has not left it in the middle of something. @throws MakimaError WORK_UNFINISHED */
const finishedWork = async (context: TaskContext, task: Task, subtask: Task): Promise<{ worktree: Worktree; source: MergeSource }> => {
  await requireFinished(await requireWorktree(context, subtask.id));
  return sourceOfSubtask(context, subtask, await context.store.listIntegrations(task.id));
};

/** Notes the merge, then carries it out. Whatever fails, the worktree is put back. @returns null where there is nothing to merge */
const carryOut = async (
  context: TaskContext,
  task: Task,
  subtask: Task,
  into: Worktree,
  { source, sourceBranch, beside }: Sought,
  from: Worktree,
): Promise<{ merge: MergeUnderWay; plan: MergePlan } | null> => {
  const messages = {
    merge: `Merge "${subtask.name}"\n\nBranch ${sourceBranch}.`,
    work: `Work of "${task.name}" before merging "${subtask.name}"`,
  };
  const begun: { merge: MergeUnderWay | null } = { merge: null };
  const begin = async (planned: MergeRecord): Promise<MergeUnderWay> => {
    const record = { ...planned, beside };
    const merge: MergeUnderWay = {
      taskId: task.id,
      subtaskId: subtask.id,
      sourceBranch,
      phase: 'applying',
      record,
      startedAt: context.now().toISOString(),
    };
    if (begun.merge === null) await context.store.beginMerge(merge, [mergeEvent(merge, 'started')]);
    else await context.store.updateMerge(task.id, { record });
    context.reached('merge begun');
    return merge;
  };
  try {
    return await whileChanging(async () => {
      const plan = await planMerge(into, source, messages);
      if (plan === null) {
        // the agent merged it by itself between two attempts
        if (begun.merge !== null) await forget(context, begun.merge, into, null);
        return null;
      }
      const merge = await begin(plan.record);
      begun.merge = merge;
      plan.notes.push(...(await applyMerge(into, plan, from, { reached: context.reached })));
      return { merge, plan };
    });
  } catch (error) {
    if (begun.merge !== null) await afterFailure(context, begun.merge, into, error);
    throw error;
  }
};

/** Whether the merge broke off before it touched anything: undoing it would take back what the agent is doing just now. */
const isUntouched = (error: unknown): boolean =>
  error instanceof WorktreeChanged ||
  (error instanceof MakimaError && (error.cause instanceof WorktreeChanged || error.cause instanceof IndexLockHeld));

const afterFailure = async (context: TaskContext, merge: MergeUnderWay, into: Worktree, error: unknown): Promise<void> => {
  const reason = messageOf(error);
  try {
    if (isUntouched(error)) await forget(context, merge, into, reason);
    else await takeBack(context, merge, into, reason);
  } catch (failure) {
    // the first failure is the one to tell; the next call that has to do with the merge goes on from here
    context.report(`taking back the merge of ${merge.sourceBranch} in task ${merge.taskId}`, failure);
  }
};

/** What the caller should know beside the commit. */
const wordsOf = (subtask: Task, sourceBranch: string, { record, changes, notes }: MergePlan): string => {
  const words = [
    `Merged ${sourceBranch}: ${changes.length === 0 ? 'all of its content was here already' : `${changes.length} ${changes.length === 1 ? 'file' : 'files'} changed`}`,
  ];
  if (record.ours !== record.head)
    words.push("This task's own uncommitted work was committed before it, since both had to do with the same files");
  if (isActive(subtask.status)) words.push(`The subtask is still ${subtask.status}: what it does from now on is not in`);
  return [...words, ...notes].join('. ');
};

/** Merges everything that a subtask's worktree holds into the task's, and leaves the merge open where there are conflicts. */
export const startMerge =
  (context: TaskContext): Actions['startMerge'] =>
  async (caller, taskId, request) => {
    const task = await requireTask(context, caller, taskId, 'report');
    const subtask = await findSubtask(context, task, request);
    const into = await requireWorktree(context, task.id);
    return withWorktreeLock(into, async () => {
      const open = await currentMerge(context, task, into);
      if (open !== null)
        throw new MakimaError('MERGE_IN_PROGRESS', `${open.sourceBranch} is being merged into this worktree`, {
          details: { sourceBranch: open.sourceBranch },
        });
      const { source, worktree } =
        request.branch === undefined ? await finishedWork(context, task, subtask) : await branchOfSubtask(context, subtask, request.branch);
      if (request.force !== true) await requireNoMarkers(worktree.gitDir, worktree.baseCommit, source.commit);
      if (worktree.gitDir !== into.gitDir) await bringCommit(worktree.gitDir, into.gitDir, source.commit);
      const sought = { source, sourceBranch: request.branch ?? worktree.branch, beside: request.branch !== undefined };
      const carried = await carryOut(context, task, subtask, into, sought, worktree);
      if (carried === null) return alreadyThere(context, task, subtask, into, sought);
      const { merge, plan } = carried;
      if (plan.record.commit !== null) {
        await settleMerge(context, merge, into, plan.record.commit);
        return { success: true, commitSha: plan.record.commit, message: wordsOf(subtask, merge.sourceBranch, plan) };
      }
      const conflicts = shownConflicts(conflictsOf(plan.record));
      await context.store.updateMerge(task.id, { phase: 'open' }, [
        mergeEvent(merge, 'conflict', { conflicts: conflicts.slice(0, maxConflictsInEvent), conflictsLeft: conflicts.length }),
      ]);
      context.reached('merge left open');
      await context.ledger.flush();
      const named = nameSome(
        conflicts.map(({ file, kind }) => `${quoteName(file)} (${kind})`),
        maxFilesNamed,
      );
      throw new MakimaError('MERGE_CONFLICT', `${merge.sourceBranch} conflicts in ${named}; the merge is left open`, {
        details: { success: false, sourceBranch: merge.sourceBranch, conflicts },
      });
    });
  };
