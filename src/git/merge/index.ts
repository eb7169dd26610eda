/**
 * One worktree's work brought into another's. `merge` does it, keeping a journal with the caller; what it left open, or a dead
 * daemon left, is had back by `takeUpMerge`, and then looked at, resolved, committed or aborted. Beside that: what merges would come to.
 */
export { computeMerge, type MergeRoom } from './compute.ts';
export { conflictsLeft, resolveConflict } from './conflicts.ts';
export { abortMerge, commitMerge } from './finish.ts';
export type { MergeJournal } from './journal.ts';
export { merge, type Merged } from './merge.ts';
export type { Incoming } from './plan.ts';
export { mergedCommit, previewMerge, previewOnce, receivingSide, sideIn, withOutlook } from './preview.ts';
export type { MergeRecord } from './record.ts';
export { takeUpMerge } from './take-up.ts';
export type { MergeUnderWay } from './under-way.ts';
