import { lstat, readFile } from 'node:fs/promises';
import type { MergeConflict } from '../../../schemas/merge.ts';
import { quoteName } from '../../domain/names/quote-name.ts';
import { MakimaError } from '../../errors.ts';
import { statOf } from '../../files/look.ts';
import { joinBytes } from '../../files/relative-path.ts';
import { git, keyOf, showPath, splitNul } from '../command/index.ts';
import { indexOf, installIndex, placeOf, requireWorktree, withIndexCopy, withIndexLock, type Worktree } from '../worktree/index.ts';
import { removeFiles } from './backup.ts';
import { indexPlace } from './index-place.ts';
import { type Conflict, shownConflict, shownConflicts } from './kind.ts';
import { conflictsOf, type MergeRecord } from './record.ts';
import { checkOutSubmodules } from './submodules.ts';
import type { MergeUnderWay } from './under-way.ts';

export type Strategy = 'ours' | 'theirs' | 'manual';

/** A larger file is not searched for markers: no one edits such a thing by hand. */
const maxSearched = 50 * 1024 * 1024;

/** The conflicts that are left; what the agent resolved with `git add` is resolved. @throws MakimaError WORKTREE_NOT_FOUND */
export const openConflicts = async ({ into, record }: Pick<MergeUnderWay, 'into' | 'record'>): Promise<Conflict[]> => {
  await requireWorktree(into);
  const { stdout } = await git(['ls-files', '--unmerged', '-z'], placeOf(into));
  const known = new Map(conflictsOf(record).map((conflict) => [keyOf(conflict.path), conflict]));
  const left = new Map<string, Conflict>();
  for (const field of splitNul(stdout)) {
    const path = field.subarray(field.indexOf(0x09) + 1);
    left.set(keyOf(path), known.get(keyOf(path)) ?? { path, kind: 'other', stages: [] });
  }
  return [...left.values()];
};

/** The same as answers show them. */
export const conflictsLeft = async (merge: MergeUnderWay): Promise<MergeConflict[]> => shownConflicts(await openConflicts(merge));

/**
 * Resolves one file: with what our side has there, what theirs has, or the file as it now stands. A side that has nothing
 * there removes it. Can be repeated, also with another answer.
 *
 * @param file - the name as an answer shows it, or as a shell shows it in quotes
 * @param from - the subtask's worktree, whose submodules may have commits that this one lacks
 * @returns the conflicts that are left
 * @throws MakimaError WORKTREE_NOT_FOUND, CONFLICT_NOT_FOUND, CONFLICT_MARKERS_LEFT, MERGE_BLOCKED, REPOSITORY_BUSY
 */
export const resolveConflict = async (
  merge: MergeUnderWay,
  file: string,
  strategy: Strategy,
  from: Worktree | null,
): Promise<MergeConflict[]> => {
  const { into, record, journal } = merge;
  await requireWorktree(into);
  const conflict = conflictIn(record, file);
  const target = joinBytes(into.path, conflict.path);
  const found = await statOf(target);
  const side = strategy === 'manual' ? undefined : conflict.stages.find(({ stage }) => stage === (strategy === 'ours' ? 2 : 3));
  const isSubmodule = conflict.stages.some(({ mode }) => mode === '160000');
  if (found?.isDirectory() === true && !isSubmodule)
    throw new MakimaError('MERGE_BLOCKED', `${showPath(conflict.path)} is a directory in the worktree`);
  if (strategy === 'manual' && found?.isFile() === true) await refuseMarkers(into, conflict, target);

  await withIndexLock(
    into,
    () =>
      withIndexCopy(into, indexOf(into), async (indexFile) => {
        const place = await indexPlace(into, indexFile);
        const named = Buffer.concat([conflict.path, Buffer.from('\0')]);
        if (strategy === 'manual') {
          await git(['update-index', '--add', '--remove', '-z', '--stdin'], { ...place, input: named });
        } else {
          const gone = Buffer.concat([Buffer.from(`0 ${'0'.repeat(record.head.length)}\t`), named]);
          const entry = side === undefined ? Buffer.alloc(0) : Buffer.concat([Buffer.from(`${side.mode} ${side.id} 0\t`), named]);
          await git(['update-index', '-z', '--index-info'], { ...place, input: Buffer.concat([gone, entry]) });
          if (side === undefined) await removeFiles(into, [conflict.path]);
          else if (side.mode !== '160000') await git(['checkout-index', '--force', '-u', '-z', '--stdin'], { ...place, input: named });
        }
        await installIndex(into, indexFile);
      }),
    merge.lockWaitMs,
  );
  if (side?.mode === '160000') await checkOutSubmodules(into, from, [{ path: conflict.path, id: side.id }]);
  journal.reached('conflict resolved');
  const left = await conflictsLeft(merge);
  await journal.resolved(shownConflict(conflict), left.length);
  return left;
};

const conflictIn = (record: MergeRecord, file: string): Conflict => {
  const conflict =
    conflictsOf(record).find(({ path }) => showPath(path) === file) ??
    conflictsOf(record).find(({ path }) => quoteName(showPath(path)) === file);
  if (conflict === undefined)
    throw new MakimaError('CONFLICT_NOT_FOUND', `${JSON.stringify(file.slice(0, 200))} is no file that this merge has a conflict in`);
  return conflict;
};

const marker = /^(?:<{7,}|>{7,}|\|{7,})(?: .*)?$/;
const separator = /^={7}$/;

/** A line that looks like a marker and that neither side has: text about conflicts is no conflict. */
const refuseMarkers = async (into: Worktree, conflict: Conflict, target: Buffer): Promise<void> => {
  if ((await lstat(target)).size > maxSearched) return;
  const suspicious = linesOf(await readFile(target)).filter((line) => marker.test(line) || separator.test(line));
  if (suspicious.length === 0) return;
  const legitimate = new Set<string>();
  for (const { mode, id } of conflict.stages) {
    if (mode === '160000') continue;
    const { stdout } = await git(['cat-file', 'blob', id], { gitDir: into.gitDir });
    for (const line of linesOf(stdout)) legitimate.add(line);
  }
  const left = suspicious.find((line) => !legitimate.has(line));
  if (left !== undefined)
    throw new MakimaError(
      'CONFLICT_MARKERS_LEFT',
      `${quoteName(showPath(conflict.path))} still has the conflict marker ${JSON.stringify(left.slice(0, 100))}`,
    );
};

const linesOf = (content: Buffer): string[] => content.toString('latin1').split(/\r?\n/);
