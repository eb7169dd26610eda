import type { MergeConflict, MergePreview } from '../../schemas/merge.ts';
import { computeMerge } from './merge-compute.ts';
import type { Conflict } from './merge-kind.ts';
import { showPath } from './show-path.ts';
import { commitTree } from './snapshot.ts';
import { standingOf } from './standing.ts';
import { diffTrees } from './tree-diff.ts';
import type { Worktree } from './worktree.ts';

/** Conflicts as answers show them. */
export const shownConflicts = (conflicts: readonly Conflict[]): MergeConflict[] => conflicts.map(({ path, kind }) => ({ file: showPath(path), kind }));

/** Everything that a worktree holds now, as the side `ours` of a merge into it. */
export const receivingSide = async (into: Worktree, signal?: AbortSignal): Promise<string> => {
  const { tree, head, headTree } = await standingOf(into, signal);
  return head !== null && headTree === tree ? head : commitTree(into, tree, [head ?? into.baseCommit], 'makima: a look ahead', signal);
};

/**
 * What a merge of two commits would come to; nothing but objects is written.
 * @param into - the worktree whose attributes count
 */
export const previewMerge = async (into: Worktree, ours: string, theirs: string, signal?: AbortSignal): Promise<MergePreview> => {
  const merged = await computeMerge(into.gitDir, into.path, ours, theirs, signal);
  const changes = await diffTrees(into.gitDir, ours, merged.tree, signal);
  return {
    clean: merged.conflicts.length === 0,
    conflicts: shownConflicts(merged.conflicts),
    files: changes.map(({ path }) => showPath(path)),
  };
};

/** The commit that a clean merge would make, held by no ref; null where there are conflicts. */
export const mergedCommit = async (into: Worktree, ours: string, theirs: string, signal?: AbortSignal): Promise<string | null> => {
  const merged = await computeMerge(into.gitDir, into.path, ours, theirs, signal);
  return merged.conflicts.length > 0 ? null : commitTree(into, merged.tree, [ours, theirs], 'makima: a look ahead', signal);
};
