import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { MergePreview } from '../../../schemas/merge.ts';
import { diffTrees, gitText, showPath } from '../command/index.ts';
import { makimaIdentity } from '../repository/index.ts';
import { commitTree, standingOf } from '../snapshot/index.ts';
import type { Worktree } from '../worktree/index.ts';
import { inScratch, mergeIn, type MergeRoom } from './compute.ts';
import { shownConflicts } from './kind.ts';

/** Everything that a worktree holds now, as the side `ours` of a merge into it. */
export const receivingSide = async (into: Worktree, signal?: AbortSignal): Promise<string> => {
  const { tree, head, headTree } = await standingOf(into, signal);
  return head !== null && headTree === tree ? head : commitTree(into, tree, [head ?? into.baseCommit], 'makima: a look ahead', signal);
};

/**
 * Makes a place in which merges into a worktree are tried out. It sees the objects of all repositories that take part, and
 * keeps those of the results to itself: none of the repositories gets trees of which it has not everything.
 *
 * @param into - the worktree whose attributes count
 * @param sources - git directories of what would be merged
 */
export const withOutlook = <T>(into: Worktree, sources: readonly string[], step: (outlook: MergeRoom) => Promise<T>): Promise<T> =>
  inScratch(into.gitDir, into.baseCommit, async (gitDir) => {
    await mkdir(path.join(gitDir, 'objects', 'info'), { recursive: true });
    const lenders = [...new Set([into.gitDir, ...sources])];
    await writeFile(
      path.join(gitDir, 'objects', 'info', 'alternates'),
      lenders.map((lender) => `${path.join(lender, 'objects')}\n`).join(''),
    );
    return step({ gitDir, workTree: into.path });
  });

/** What a merge of two commits would come to. */
export const previewMerge = async (outlook: MergeRoom, ours: string, theirs: string, signal?: AbortSignal): Promise<MergePreview> => {
  const merged = await mergeIn(outlook, ours, theirs, signal);
  const changes = await diffTrees(outlook.gitDir, ours, merged.tree, signal);
  return {
    clean: merged.conflicts.length === 0,
    conflicts: shownConflicts(merged.conflicts),
    files: changes.map(({ path: file }) => showPath(file)),
  };
};

/** The commit that a clean merge would make, which is gone with the outlook; null where there are conflicts. */
export const mergedCommit = async (outlook: MergeRoom, ours: string, theirs: string, signal?: AbortSignal): Promise<string | null> => {
  const merged = await mergeIn(outlook, ours, theirs, signal);
  if (merged.conflicts.length > 0) return null;
  return gitText(['commit-tree', merged.tree, '-p', ours, '-p', theirs, '-F', '-'], {
    gitDir: outlook.gitDir,
    signal,
    env: makimaIdentity,
    input: 'makima: a look ahead',
  });
};
