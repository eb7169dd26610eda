import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Remembered } from '../../domain/remembered.ts';
import type { MergePreview } from '../../../schemas/merge.ts';
import { stampAt, stampBehind, together } from '../../files/stamp.ts';
import { diffTrees, showPath, writeObject } from '../command/index.ts';
import { type PlannedSource, settingsOf, standingOf } from '../snapshot/index.ts';
import type { Worktree } from '../worktree/index.ts';
import { inScratch, mergeIn, type MergeRoom } from './compute.ts';
import { shownConflicts } from './kind.ts';

/** Everything that a worktree holds now, as the side `ours` of a merge into it. */
export const receivingSide = async (into: Worktree, signal?: AbortSignal): Promise<PlannedSource> => {
  const { tree, head, headTree } = await standingOf(into, signal);
  return { commit: head !== null && headTree === tree ? head : null, tree, parents: [head ?? into.baseCommit] };
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

const lookAhead = 'makima <makima@localhost> 0 +0000';

/** A commit that is gone with the outlook. */
const commitIn = (outlook: MergeRoom, tree: string, parents: readonly string[]): string => {
  const lines = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`), `author ${lookAhead}`, `committer ${lookAhead}`, ''];
  return writeObject(
    path.join(outlook.gitDir, 'objects'),
    tree.length,
    'commit',
    Buffer.from(`${lines.join('\n')}\nmakima: a look ahead\n`),
  );
};

/** A side of a merge as a commit, which the outlook may have for itself. */
export const sideIn = (outlook: MergeRoom, { commit, tree, parents }: PlannedSource): string => commit ?? commitIn(outlook, tree, parents);

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

interface Known {
  preview: MergePreview;
  /** Files of attributes that count for what is merged, and how they and git's settings were. */
  attributes: string[];
  state: string;
}

const known = new Remembered<Known>(1000);
/** Of a merge of more files, what it came to is not worth the memory. */
const maxFiles = 2000;

/**
 * What merging a source into a worktree would come to, worked out once for the same sides.
 *
 * @param from - the git directory that has the source
 */
export const previewOnce = async (
  into: Worktree,
  ours: PlannedSource,
  { gitDir, source }: { gitDir: string; source: PlannedSource },
): Promise<MergePreview> => {
  const question = JSON.stringify([ours, source, stampAt(path.join(into.gitDir, 'shallow')).text]);
  const before = known.get(question);
  if (before !== undefined && (await mergeState(into, before.attributes)) === before.state) return before.preview;
  const settings = await mergeState(into, []);
  const preview = await withOutlook(into, [gitDir], async (outlook) =>
    previewMerge(outlook, sideIn(outlook, ours), sideIn(outlook, source)),
  );
  const files = [...preview.files, ...preview.conflicts.map(({ file }) => file)];
  const attributes = attributesAbove(into, files);
  const state = await mergeState(into, attributes);
  // settings that changed meanwhile may have been read by the merge, or not
  if (files.length <= maxFiles && settings === (await mergeState(into, []))) known.set(question, { preview, attributes, state });
  else known.delete(question);
  return preview;
};

/** What decides a merge beside its sides: git's settings, the user's attributes, and those that are in the worktree though git ignores their file. */
const mergeState = async (into: Worktree, attributes: readonly string[]): Promise<string> => {
  const settings = await settingsOf(into);
  const { text, isSettled } = together([...settings.attributeFiles, ...attributes].map(stampBehind));
  return isSettled ? `${settings.state}\n${text}` : crypto.randomUUID();
};

const attributesAbove = (into: Worktree, files: readonly string[]): string[] => {
  const directories = new Set(['.']);
  for (const file of files) for (let at = path.dirname(file); !directories.has(at); at = path.dirname(at)) directories.add(at);
  return [...directories].map((directory) => path.join(into.path, directory, '.gitattributes'));
};

/** The commit that a clean merge would make, which is gone with the outlook; null where there are conflicts. */
export const mergedCommit = async (outlook: MergeRoom, ours: string, theirs: string, signal?: AbortSignal): Promise<string | null> => {
  const merged = await mergeIn(outlook, ours, theirs, signal);
  return merged.conflicts.length > 0 ? null : commitIn(outlook, merged.tree, [ours, theirs]);
};
