import type { MergeResult } from '../../schemas/merge.ts';
import type { Task } from '../../schemas/task.ts';
import { nameSome } from '../domain/names/name-some.ts';
import { quoteName } from '../domain/names/quote-name.ts';
import { isActive } from '../domain/status-machine.ts';
import { MakimaError } from '../errors.ts';
import { type Incoming, merge, type Merged } from '../git/merge/index.ts';
import { requireFinished, requireNoMarkers } from '../git/snapshot/index.ts';
import { withWorktreeLock } from '../git/worktree/index.ts';
import { requireWorktree } from '../ledger/worktree-of.ts';
import { currentMerge } from './current-merge.ts';
import { integrationBy, mergeEvent, mergeJournal, type NamedMerge } from './merge-journal.ts';
import type { MergeParts } from './parts.ts';
import { branchOfSubtask, sourceOfSubtask } from './subtask-source.ts';

const maxFilesNamed = 10;

export interface MergeOptions {
  /** A branch of the subtask's repository to merge in place of what its worktree holds. */
  branch?: string | undefined;
  /** Also what has conflict markers that were committed. */
  force?: boolean | undefined;
}

/**
 * Merges everything that a subtask's worktree holds into its parent's, or a branch of it, and leaves the merge open where
 * there are conflicts.
 *
 * @throws MakimaError MERGE_CONFLICT (it is left open), MERGE_IN_PROGRESS, WORK_UNFINISHED, WORKTREE_NOT_FOUND, INVALID_REF,
 *   BRANCH_NOT_FOUND, MERGE_BLOCKED, REPOSITORY_BUSY, DISK_FULL, GIT_FAILED
 */
export const mergeSubtask = async (parts: MergeParts, task: Task, subtask: Task, options: MergeOptions): Promise<MergeResult> => {
  const worktree = await requireWorktree(parts, task.id);
  return withWorktreeLock(worktree, async () => {
    const open = await currentMerge(parts, task, worktree);
    if (open !== null)
      throw new MakimaError('MERGE_IN_PROGRESS', `${open.sourceBranch} is being merged into this worktree`, {
        details: { sourceBranch: open.sourceBranch },
      });
    const from = await requireWorktree(parts, subtask.id);
    const named = {
      taskId: task.id,
      subtaskId: subtask.id,
      sourceBranch: options.branch ?? from.branch,
      startedAt: parts.now().toISOString(),
    };
    const workMessage = `Work of "${task.name}" before merging "${subtask.name}"`;
    const incoming = (): Promise<Incoming> => incomingOf(parts, task, subtask, options);
    const merged = await merge({ worktree, workMessage }, incoming, mergeJournal(parts, named));
    if (merged.kind === 'contained') return noteContained(parts, named, merged.source, merged.head);
    if (merged.kind === 'committed') return { success: true, commitSha: merged.commit, message: wordsOf(subtask, named, merged) };
    const { conflicts } = merged;
    const files = conflicts.map(({ file, kind }) => `${quoteName(file)} (${kind})`);
    throw new MakimaError(
      'MERGE_CONFLICT',
      `${named.sourceBranch} conflicts in ${nameSome(files, maxFilesNamed)}; the merge is left open`,
      { details: { success: false, sourceBranch: named.sourceBranch, conflicts } },
    );
  });
};

/** What is to be merged, where the subtask's agent has not left it in the middle of something. */
const incomingOf = async (parts: MergeParts, task: Task, subtask: Task, { branch, force }: MergeOptions): Promise<Incoming> => {
  if (branch === undefined) await requireFinished(await requireWorktree(parts, subtask.id));
  const { source, worktree } =
    branch === undefined
      ? await sourceOfSubtask(parts, subtask, await parts.store.listIntegrations(task.id))
      : await branchOfSubtask(parts, subtask, branch);
  const message = `Merge "${subtask.name}"\n\nBranch ${branch ?? worktree.branch}.`;
  const check = async (): Promise<void> => {
    if (force !== true) await requireNoMarkers(worktree.gitDir, worktree.baseCommit, source.commit);
  };
  return { ...source, worktree, beside: branch !== undefined, message, check };
};

/** Nothing came of it but the note that all of it is there. */
const noteContained = async (parts: MergeParts, named: NamedMerge, source: Incoming, commitSha: string): Promise<MergeResult> => {
  const { taskId, subtaskId } = named;
  const integration = await integrationBy(
    parts,
    { subtaskId, taskId, commitSha },
    { source: source.commit, sourceTree: source.tree, beside: source.beside },
  );
  const events = [mergeEvent(named, 'committed', { commitSha })];
  if (integration === null) await parts.store.addEvents(taskId, events);
  else await parts.store.saveIntegration(integration, events);
  await parts.ledger.flush();
  return { success: true, commitSha, message: 'There was nothing to merge: all of it is here already' };
};

/** What the caller should know beside the commit. */
const wordsOf = (subtask: Task, { sourceBranch }: NamedMerge, merged: Extract<Merged, { kind: 'committed' }>): string => {
  const { changed, withOwnWork, notes } = merged;
  const what = changed === 0 ? 'all of its content was here already' : `${changed} ${changed === 1 ? 'file' : 'files'} changed`;
  return [
    `Merged ${sourceBranch}: ${what}`,
    ...(withOwnWork ? ["This task's own uncommitted work was committed before it, since both had to do with the same files"] : []),
    ...(isActive(subtask.status) ? [`The subtask is still ${subtask.status}: what it does from now on is not in`] : []),
    ...notes,
  ].join('. ');
};
