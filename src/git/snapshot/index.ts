/** What a worktree holds at a moment, committed or not: kept, compared, looked over, made a commit of. */
export { type Against, branchFacts } from './branch-facts.ts';
export { commitsOf } from './commit-facts.ts';
export { headOf } from './head.ts';
export { hasUnmerged } from './unmerged.ts';
export { marksIn } from './look/marks.ts';
export { diffFiles, diffPatch } from './diff.ts';
export { unhideEntries } from './hidden-entries.ts';
export { keepSnapshot } from './keep-snapshot.ts';
export { besideCodes, lookOver } from './look-over.ts';
export { isContained, type MergeSource, mergeSource, type PlannedSource, planSource } from './merge-source.ts';
export { missingContent } from './missing-content.ts';
export { type ComparedSubtask, compareSubtasks } from './compare-subtasks.ts';
export { settingsOf } from './look/settings.ts';
export { requireFinished, requireNoMarkers } from './require-finished.ts';
export { commitTree } from './commit-tree.ts';
export { snapshotCommit, snapshotTree } from './snapshot.ts';
export { type Standing, standingOf } from './standing.ts';
export { commitWork, completionRef, isCommitOf, keepRef, trailerKey, workCommit } from './work-commit.ts';
