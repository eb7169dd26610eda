import type { MergeConflict, MergeOutlook, MergePreview, MergeStatus, SubtaskBranch } from '../../typescript/index.ts';
import { plain, withinLine } from './plain.ts';
import type { Screen } from './screen.ts';
import { counted } from './sizes.ts';
import { table, type Column } from './table.ts';

export const conflictLines = (conflicts: readonly MergeConflict[]): string =>
  conflicts.map(({ file, kind }) => `  ${kind}  ${plain(file)}\n`).join('');

/** @param named - the task as it was typed, for the command that goes on */
export const mergeStatusLines = ({ inProgress, sourceBranch, conflicts }: MergeStatus, named: string): string => {
  if (!inProgress) return 'No merge is under way.\n';
  const left =
    conflicts.length === 0
      ? `nothing is left to resolve: \`makima merge commit ${withinLine(named)}\` ends it`
      : `${counted(conflicts.length, 'conflict')} left`;
  return `Merging ${plain(sourceBranch ?? '')}: ${left}\n${conflictLines(conflicts)}`;
};

const branchColumns: readonly Column[] = [
  { heading: 'ID' },
  { heading: 'MERGED' },
  { heading: 'AHEAD', isNumber: true },
  { heading: 'BRANCH', shrinksTo: 16 },
  { heading: 'NAME', shrinksTo: 12 },
  { heading: 'LAST COMMIT', shrinksTo: 12 },
];

export const branchTable = (branches: readonly SubtaskBranch[], { width, paint }: Pick<Screen, 'width' | 'paint'>): string =>
  table(
    branchColumns,
    branches.map(({ taskId, isMerged, isSkipped, ahead, name, taskName, lastCommitMessage }) => [
      taskId.slice(0, 8),
      isSkipped ? 'skipped' : isMerged ? 'yes' : 'no',
      String(ahead),
      withinLine(name),
      withinLine(taskName),
      withinLine(lastCommitMessage ?? '').trim(),
    ]),
    { width, paint: (cell, _column, row) => (row === null ? paint('bold', cell) : cell) },
  );

export const previewLines = ({ clean, conflicts, files }: MergePreview): string =>
  `${clean ? 'It merges cleanly' : counted(conflicts.length, 'conflict')}; ${counted(files.length, 'file')} would change\n${conflictLines(conflicts)}${files.map((file) => `  ${plain(file)}\n`).join('')}`;

/** What merges of all subtasks would come to, in the order in which they are best done. */
export const outlookLines = ({ subtasks, order, cleanCount, complete }: MergeOutlook): string => {
  if (subtasks.length === 0) return 'Nothing is left to merge.\n';
  const byId = new Map(subtasks.map((subtask) => [subtask.taskId, subtask]));
  const name = (id: string): string => withinLine(byId.get(id)?.taskName ?? id);
  const lines = order.flatMap((id, index) => {
    const subtask = byId.get(id);
    if (subtask === undefined) return [];
    const against =
      subtask.conflictsWith.length === 0
        ? ''
        : `; conflicts with ${subtask.conflictsWith.map((other) => `${other.slice(0, 8)} ${name(other)}`).join(', ')}`;
    const how = subtask.clean ? 'clean' : counted(subtask.conflicts.length, 'conflict');
    return [
      `${index + 1}. ${id.slice(0, 8)}  ${name(id)}: ${how}, ${counted(subtask.files.length, 'file')}${against}\n`,
      conflictLines(subtask.conflicts),
    ];
  });
  return [
    `In this order the first ${cleanCount} of ${subtasks.length} merge cleanly:\n`,
    ...lines,
    ...(complete ? [] : ['There are too many to hold each against each: more of them may conflict.\n']),
  ].join('');
};
