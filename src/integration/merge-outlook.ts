import type { MergeOutlook, MergePreview } from '../../schemas/merge.ts';
import type { Task } from '../../schemas/task.ts';
import { largestTogether } from '../domain/merge-order.ts';
import { mergedCommit, type MergeRoom, previewMerge, previewOnce, receivingSide, sideIn, withOutlook } from '../git/merge/index.ts';
import type { PlannedSource } from '../git/snapshot/index.ts';
import { requireWorktree, worktreeOf } from '../ledger/worktree-of.ts';
import type { TaskStore } from '../store/task-store.ts';
import { workOfSubtasks } from './gate.ts';
import { plannedSourceOf } from './subtask-source.ts';

/** Pairs of subtasks held against each other for one answer, each being one merge of some tens of milliseconds. */
const maxPairs = 300;

interface Candidate {
  task: Task;
  source: string;
  preview: MergePreview;
  /** Positions of those that it conflicts with. */
  against: Set<number>;
}

/** Two subtasks conflict where what both bring does, on top of what the parent has. */
const conflict = async (outlook: MergeRoom, ours: string, one: Candidate, other: Candidate): Promise<boolean> => {
  const first = one.preview.clean ? await mergedCommit(outlook, ours, one.source) : null;
  return !(await previewMerge(outlook, first ?? one.source, other.source)).clean;
};

const holdAgainstEachOther = async (outlook: MergeRoom, ours: string, candidates: readonly Candidate[]): Promise<boolean> => {
  let pairs = 0;
  for (const [position, one] of candidates.entries()) {
    for (const [before, other] of candidates.slice(0, position).entries()) {
      if ((pairs += 1) > maxPairs) return false;
      if (!(await conflict(outlook, ours, other, one))) continue;
      one.against.add(before);
      other.against.add(position);
    }
  }
  return true;
};

/** Those that merge cleanly one after the other, tried out, since three may conflict where no two do; then the others. */
const orderOf = async (
  outlook: MergeRoom,
  ours: string,
  candidates: readonly Candidate[],
): Promise<{ order: string[]; cleanCount: number }> => {
  const clean = candidates.flatMap((candidate, position) => (candidate.preview.clean ? [{ candidate, position }] : []));
  const together = largestTogether(clean.length, (one, other) => clean[one]?.candidate.against.has(clean[other]?.position ?? -1) === true);
  const first: Candidate[] = [];
  let tip = ours;
  for (const { candidate } of together.flatMap((position) => clean[position] ?? [])) {
    const merged = await mergedCommit(outlook, tip, candidate.source);
    if (merged === null) continue;
    tip = merged;
    first.push(candidate);
  }
  const rest = candidates
    .filter((candidate) => !first.includes(candidate))
    .sort((a, b) => Number(b.preview.clean) - Number(a.preview.clean));
  return { order: [...first, ...rest].map(({ task }) => task.id), cleanCount: first.length };
};

/** What merging a subtask would come to, without touching any worktree. @throws MakimaError WORKTREE_NOT_FOUND */
export const previewOf = async (parts: { store: TaskStore }, task: Task, subtask: Task): Promise<MergePreview> => {
  const into = await requireWorktree(parts, task.id);
  const integrations = await parts.store.listIntegrations(task.id);
  const [ours, from] = await Promise.all([receivingSide(into), plannedSourceOf(parts, subtask, integrations)]);
  return previewOnce(into, ours, from);
};

/**
 * The same of every subtask that is not integrated yet, and which of them go together.
 * @throws MakimaError WORKTREE_NOT_FOUND
 */
export const outlookOf = async (parts: { store: TaskStore }, task: Task): Promise<MergeOutlook> => {
  const into = await requireWorktree(parts, task.id);
  const [receiving, integrations] = [await receivingSide(into), await parts.store.listIntegrations(task.id)];
  const { gate } = await workOfSubtasks(parts, task);
  const withWorktree: Task[] = [];
  for (const { task: subtask } of gate.left) if ((await worktreeOf(parts, subtask.id)) !== null) withWorktree.push(subtask);
  const continued = new Set(withWorktree.map((subtask) => subtask.continueFromTaskId));
  const sources: { task: Task; source: PlannedSource; gitDir: string }[] = [];
  for (const subtask of withWorktree) {
    if (continued.has(subtask.id)) continue;
    sources.push({ task: subtask, ...(await plannedSourceOf(parts, subtask, integrations)) });
  }
  return withOutlook(
    into,
    sources.map(({ gitDir }) => gitDir),
    async (outlook) => {
      const ours = sideIn(outlook, receiving);
      const candidates: Candidate[] = [];
      for (const each of sources) {
        const source = sideIn(outlook, each.source);
        candidates.push({ task: each.task, source, preview: await previewMerge(outlook, ours, source), against: new Set() });
      }
      const complete = await holdAgainstEachOther(outlook, ours, candidates);
      const subtasks = candidates.map(({ task: { id, name, branch }, preview, against }) => ({
        taskId: id,
        taskName: name,
        branch: branch ?? id,
        ...preview,
        conflictsWith: [...against].sort((a, b) => a - b).flatMap((position) => candidates[position]?.task.id ?? []),
      }));
      return { subtasks, ...(await orderOf(outlook, ours, candidates)), complete };
    },
  );
};
