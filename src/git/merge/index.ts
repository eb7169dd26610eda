/** One worktree's work brought into another's: planned, applied, resolved, finished or undone. */
export { applyMerge, whileChanging, WorktreeChanged } from './apply.ts';
export { removeBackup } from './backup.ts';
export { computeMerge, type MergeRoom } from './compute.ts';
export { openConflicts, resolveConflict } from './conflicts.ts';
export { clearCommittedMerge, commitMerge, concludedBy } from './finish.ts';
export { type MergePlan, planMerge } from './plan.ts';
export { mergedCommit, previewMerge, receivingSide, withOutlook } from './preview.ts';
export { shownConflicts } from './kind.ts';
export { conflictsOf, type MergeRecord, parseMergeRecord } from './record.ts';
export { undoHalfMerge, undoMerge } from './undo.ts';
