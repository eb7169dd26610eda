import type { MergeConflict, MergePreview } from '../../schemas/merge.ts';
import { commitOf } from './default-branch.ts';
import { computeMerge } from './merge-compute.ts';
import type { Conflict } from './merge-kind.ts';
import { treeOf } from './merge-source.ts';
import { showPath } from './show-path.ts';
import { commitTree, snapshotCommit } from './snapshot.ts';
import { diffTrees } from './tree-diff.ts';
import type { Worktree } from './worktree.ts';

/** Conflicts as answers show them. */
export const shownConflicts = (conflicts: readonly Conflict[]): MergeConflict[] => conflicts.map(({ path, kind }) => ({ file: showPath(path), kind }));

/** Everything that a worktree holds now, as the side `ours` of a merge into it. */
export const receivingSide = async (into: Worktree, signal?: AbortSignal): Promise<string> => {
  const commit = await snapshotCommit(into, { message: 'makima: a look ahead', signal });
  const head = await commitOf(into.adminDir, 'HEAD', signal);
  return head !== null && (await treeOf(into.gitDir, head, signal)) === (await treeOf(into.gitDir, commit, signal)) ? head : commit;
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
