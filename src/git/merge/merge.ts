import { setTimeout as delay } from 'node:timers/promises';
import type { MergeConflict } from '../../../schemas/merge.ts';
import { MakimaError, messageOf } from '../../errors.ts';
import { bothOf } from '../command/index.ts';
import { bringCommit } from '../repository/index.ts';
import { IndexLockHeld, temporaryFile } from '../worktree/index.ts';
import { applyMerge, WorktreeChanged } from './apply.ts';
import { removeBackup } from './backup.ts';
import { forget, settle, takeBack } from './end.ts';
import type { MergeJournal } from './journal.ts';
import { shownConflicts } from './kind.ts';
import { type Contained, type Incoming, type MergePlan, planMerge, type Receiver } from './plan.ts';
import { lookAtReceiving, type Receiving } from './receiving.ts';
import { conflictsOf } from './record.ts';
import type { MergeUnderWay } from './under-way.ts';

const attempts = 4;

/** What came of a merge. */
export type Merged =
  | (Contained & { source: Incoming })
  | {
      kind: 'committed';
      commit: string;
      /** So many files were changed. */
      changed: number;
      /** The receiving worktree's own uncommitted work is in a commit before the merge. */
      withOwnWork: boolean;
      /** What git said of the merge as a whole, and what could not be done with submodules. */
      notes: string[];
    }
  | { kind: 'open'; conflicts: MergeConflict[] };

/**
 * Merges into a worktree: works the merge out, has it stored, carries it out, and commits it or leaves it open with its
 * conflicts. While the worktree's agent changes what the plan was made of it is planned anew. Whatever fails before the
 * merge is through, the worktree is put back. Call it within `withWorktreeLock`, where no other merge is under way.
 *
 * @param incoming - gives what is to be merged; its failure counts before any of the receiver's
 * @throws MakimaError WORKTREE_NOT_FOUND, MERGE_IN_PROGRESS (of the agent's own), MERGE_BLOCKED, REPOSITORY_BUSY (its agent
 *   never holds still, or holds the lock of its index), DISK_FULL, GIT_FAILED; what `incoming`, its check and the journal throw
 */
export const merge = async (into: Receiver, incoming: () => Promise<Incoming>, journal: MergeJournal): Promise<Merged> => {
  const first = await firstPlan(into, incoming);
  const { source } = first;
  if (first.plan.kind === 'contained') return { ...first.plan, source };
  for (let attempt = 1; ; attempt += 1) {
    const plan = attempt === 1 ? first.plan : await planAnew(into, source, journal);
    if (plan.kind === 'contained') return { ...plan, source };
    const begun: MergeUnderWay = { into: into.worktree, record: plan.record, journal, lockWaitMs: into.lockWaitMs };
    if (attempt === 1) await journal.begun(plan.record);
    journal.reached('merge begun');
    const applied = await carryOut(begun, plan, source, attempt === attempts);
    if (applied !== 'changed') return conclude(begun, plan, applied);
    await delay(100 * attempt);
  }
};

/**
 * The first plan. What does not wait for each other goes on side by side: looks at the two worktrees; the check of what comes and the
 * handing over of its objects, of which nobody sees anything.
 */
const firstPlan = async (into: Receiver, incoming: () => Promise<Incoming>): Promise<{ source: Incoming; plan: MergePlan | Contained }> => {
  const look = lookAtReceiving(into.worktree, into.workMessage);
  let isPlanned = false;
  try {
    const [source, receiving] = await bothOf(incoming(), look);
    const [, isLacking] = await bothOf(source.check?.(), bringIn(receiving, source));
    const plan = await planMerge(into, source, { receiving, isLacking: isLacking === true });
    isPlanned = plan.kind === 'planned';
    return { source, plan };
  } finally {
    if (!isPlanned && (await isDone(look))) await removeBackup(into.worktree);
  }
};

const isDone = (step: Promise<unknown>): Promise<boolean> =>
  step.then(
    () => true,
    () => false,
  );

/** @returns whether the receiving HEAD lacks it; null where nobody has looked */
const bringIn = async ({ worktree: { gitDir }, head }: Receiving, { worktree: from, commit }: Incoming): Promise<boolean | null> =>
  from.gitDir === gitDir
    ? null
    : bringCommit(from.gitDir, gitDir, commit, { over: { has: head, aside: await temporaryFile(gitDir, 'pack') } });

/** Plans a merge that has begun and touched nothing, once more. Where nothing comes of that, it is forgotten. */
const planAnew = async (into: Receiver, source: Incoming, journal: MergeJournal): Promise<MergePlan | Contained> => {
  const given = { into: into.worktree, journal };
  try {
    const plan = await planMerge(into, source);
    if (plan.kind === 'planned') await journal.plannedAnew(plan.record);
    // the agent has merged it by itself meanwhile
    else await forget(given, null);
    return plan;
  } catch (error) {
    await giveUp(journal, () => forget(given, messageOf(error)));
    throw error;
  }
};

/** @returns what could not be done with submodules, or that the worktree has changed and nothing was touched, which the last attempt throws */
const carryOut = async (begun: MergeUnderWay, plan: MergePlan, source: Incoming, isLast: boolean): Promise<string[] | 'changed'> => {
  try {
    return await applyMerge(begun, plan.changes, source.worktree);
  } catch (error) {
    const hasChanged = error instanceof WorktreeChanged;
    if (hasChanged && !isLast) return 'changed';
    const failure = hasChanged ? neverStill(error) : error;
    // undoing a merge that touched nothing would take back what the agent is doing just now
    const isUntouched = hasChanged || (error instanceof MakimaError && error.cause instanceof IndexLockHeld);
    await giveUp(begun.journal, () => (isUntouched ? forget : takeBack)(begun, messageOf(failure)));
    throw failure;
  }
};

const neverStill = (cause: WorktreeChanged): MakimaError =>
  new MakimaError('REPOSITORY_BUSY', `The worktree is being changed while it is merged into (${cause.message})`, { cause });

/** The failure that made it give up is the one to tell, whatever comes of this. */
const giveUp = async (journal: MergeJournal, step: () => Promise<void>): Promise<void> => {
  try {
    await step();
  } catch (failure) {
    journal.notTakenBack(failure);
  }
};

/** A merge that is in the worktree: committed, or left open. */
const conclude = async (begun: MergeUnderWay, { record, changes, notes }: MergePlan, problems: readonly string[]): Promise<Merged> => {
  if (record.commit === null) {
    const conflicts = shownConflicts(conflictsOf(record));
    await begun.journal.leftOpen(conflicts);
    return { kind: 'open', conflicts };
  }
  await settle(begun, record.commit);
  return {
    kind: 'committed',
    commit: record.commit,
    changed: changes.length,
    withOwnWork: record.ours !== record.head,
    notes: [...notes, ...problems],
  };
};
