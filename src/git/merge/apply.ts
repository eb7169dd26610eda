import { MakimaError } from '../../errors.ts';
import { git, GitFailure, indexInfo, type TreeChange } from '../command/index.ts';
import { headOf, marksIn, unhideEntries } from '../snapshot/index.ts';
import { indexOf, installIndex, placeOf, sameIndex, withIndexCopy, withIndexLock, type Worktree } from '../worktree/index.ts';
import { backupIndex, markIndexInstalled } from './backup.ts';
import { moveHead, writeMergeState } from './head-state.ts';
import { indexPlace } from './index-place.ts';
import { treeAt } from './receiving.ts';
import { conflictsOf } from './record.ts';
import { checkOutSubmodules, linksOf } from './submodules.ts';
import type { MergeUnderWay } from './under-way.ts';

/** The worktree's agent changed something between the plan and its execution: nothing was touched, plan again. */
export class WorktreeChanged extends Error {
  override readonly name = 'WorktreeChanged';
}

/** What `git read-tree -m -u` says before it touches anything, where a file is not as the plan has it. */
const changedMeanwhile = /not uptodate|would be overwritten|would be removed|would lose untracked files|cannot merge/i;

/**
 * Carries a plan out: the files, the index, and HEAD last. Where it throws anything but WorktreeChanged, the caller undoes
 * the merge by its record. A file that the agent has changed since the plan is never overwritten: git holds each against
 * the plan's own tree first.
 *
 * @param changes - the plan's
 * @param from - the subtask's worktree, whose submodules may have commits that this one lacks
 * @returns what could not be done with submodules, in words
 * @throws WorktreeChanged; MakimaError REPOSITORY_BUSY, DISK_FULL, GIT_FAILED
 */
export const applyMerge = async (merge: MergeUnderWay, changes: readonly TreeChange[], from: Worktree): Promise<string[]> => {
  const { into, record, journal } = merge;
  let staysAside = false;
  await withIndexLock(
    into,
    async () => {
      if ((await headOf(into)) !== record.head) throw new WorktreeChanged('HEAD has moved');
      if (!(await sameIndex(backupIndex(into), indexOf(into)))) throw new WorktreeChanged('The index has changed');
      await withIndexCopy(into, backupIndex(into), async (indexFile) => {
        const { isOfPlan } = await writeFiles(merge, indexFile);
        journal.reached('merge files written');
        staysAside = record.stays && !isOfPlan;
        if (staysAside) return;
        // nothing is staged, all of the worktree is committed, or there is a conflict: the index is that of the result
        await addConflicts(merge, indexFile);
        await markIndexInstalled(into);
        await installIndex(into, indexFile);
      });
      if (staysAside) await stageChanges(into, changes);
      journal.reached('merge index installed');
      if (record.commit === null) await writeMergeState(into, record);
      await moveHead(
        into,
        record.head,
        record.commit ?? record.ours,
        record.commit === null ? 'makima: uncommitted work before a merge' : 'makima: merge',
      );
      journal.reached('merge head moved');
    },
    merge.lockWaitMs,
  );
  const conflicted = new Set(record.conflicts.map((conflict) => conflict.path));
  return checkOutSubmodules(
    into,
    from,
    linksOf(changes, 'after').filter((link) => !conflicted.has(link.path.toString('base64'))),
  );
};

/**
 * Brings the files from what the plan saw to the result, with an index of its own.
 * @returns whether that was a copy of the worktree's, in which nothing is staged and nothing hidden
 */
const writeFiles = async ({ into, record }: MergeUnderWay, indexFile: string): Promise<{ isOfPlan: boolean }> => {
  const place = await indexPlace(into, indexFile);
  const tree = await treeAt(into, record.before);
  const marks = await marksIn(indexFile, tree.length);
  const isOfPlan = marks !== null && !marks.hasHidden && marks.tree === tree;
  const write = (): Promise<unknown> => git(['read-tree', '-m', '-u', '--no-recurse-submodules', tree, record.result], place);
  if (isOfPlan && (await succeeds(write))) return { isOfPlan };
  await unhideEntries(place, tree.length);
  await git(['read-tree', '--reset', '--no-recurse-submodules', tree], place);
  await git(['update-index', '-q', '--refresh'], { ...place, answers: [1] });
  if (!(await succeeds(write))) throw new WorktreeChanged('A file is not as it was');
  return { isOfPlan };
};

/** False where git has touched nothing, since a file is not what the index says, or not for certain. */
const succeeds = async (write: () => Promise<unknown>): Promise<boolean> => {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof MakimaError && error.cause instanceof GitFailure && changedMeanwhile.test(error.cause.stderr)) return false;
    throw error;
  }
};

/** The entries of the three sides in place of the merged one, as git itself leaves a conflict. */
const addConflicts = async ({ into, record }: MergeUnderWay, indexFile: string): Promise<void> => {
  if (record.conflicts.length === 0) return;
  const zeros = '0'.repeat(record.head.length);
  const lines = conflictsOf(record).flatMap(({ path: file, stages }) => [
    Buffer.from(`0 ${zeros}\t`),
    file,
    Buffer.from('\0'),
    ...stages.flatMap(({ stage, mode, id }) => [Buffer.from(`${mode} ${id} ${stage}\t`), file, Buffer.from('\0')]),
  ]);
  await git(['update-index', '-z', '--index-info'], { ...placeOf(into), indexFile, input: Buffer.concat(lines) });
};

/** Only what the merge changed, beside whatever is staged. */
const stageChanges = (into: Worktree, changes: readonly TreeChange[]): Promise<void> =>
  withIndexCopy(into, indexOf(into), async (indexFile) => {
    const place = await indexPlace(into, indexFile);
    await git(['update-index', '-z', '--index-info'], { ...place, input: indexInfo(changes) });
    await git(['update-index', '-q', '--refresh'], { ...place, answers: [1] });
    await markIndexInstalled(into);
    await installIndex(into, indexFile);
  });
