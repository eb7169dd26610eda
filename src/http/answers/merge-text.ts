import type { MergeCheck, MergeConflict, MergeOutlook, MergePreview, MergeStatus, SubtaskBranch } from '../../../schemas/merge.ts';
import { quoteName } from '../../domain/names/quote-name.ts';
import { withinLine } from './text-answers.ts';

/** What answers about merges look like to a shell: fields with tabs between, one line an item, a file's name always last. */

const stateOf = ({ isMerged, isSkipped }: SubtaskBranch): string => (isSkipped ? 'skipped' : isMerged ? 'merged' : 'unmerged');

/** The first three fields are those of a line of a task. */
export const branchLines = (branches: readonly SubtaskBranch[]): string =>
  branches.map((branch) => `${branch.taskId}\t${stateOf(branch)}\t${withinLine(branch.taskName)}\t${branch.name}\n`).join('');

const conflictLines = (conflicts: readonly MergeConflict[]): string =>
  conflicts.map(({ file, kind }) => `${kind}\t${quoteName(file)}\n`).join('');

export const previewLines = ({ clean, conflicts, files }: MergePreview): string => {
  const conflicted = new Set(conflicts.map(({ file }) => file));
  const others = files.filter((file) => !conflicted.has(file));
  return `${clean ? 'clean' : 'conflicts'}\n${conflictLines(conflicts)}${others.map((file) => `merges\t${quoteName(file)}\n`).join('')}`;
};

/** In the order in which they are best merged. */
export const outlookLines = ({ subtasks, order }: MergeOutlook): string => {
  const byId = new Map(subtasks.map((subtask) => [subtask.taskId, subtask]));
  return order
    .flatMap((id) => byId.get(id) ?? [])
    .map(
      ({ taskId, clean, taskName, conflictsWith }) =>
        `${taskId}\t${clean ? 'clean' : 'conflicts'}\t${withinLine(taskName)}${conflictsWith.length === 0 ? '' : `\tconflicts with ${conflictsWith.join(' ')}`}\n`,
    )
    .join('');
};

export const statusLines = ({ inProgress, sourceBranch, conflicts }: MergeStatus): string =>
  inProgress ? `merging\t${sourceBranch ?? ''}\t${conflicts.length} left\n${conflictLines(conflicts)}` : 'no merge\n';

export const resultLine = ({ commitSha, message }: { commitSha: string; message: string }): string =>
  `merged\t${commitSha}\t${withinLine(message)}\n`;

export const doneLine = ({ message }: { message: string }): string => `${withinLine(message)}\n`;

export const checkLines = ({ canComplete, mergedCount, skippedCount, unmerged }: MergeCheck): string =>
  `${canComplete ? 'complete' : 'incomplete'}\t${mergedCount} merged\t${skippedCount} skipped\n${unmerged.map(({ taskId, branch, taskName, reason }) => `${taskId}\tunmerged\t${withinLine(taskName)}\t${branch}\t${withinLine(reason)}\n`).join('')}`;
