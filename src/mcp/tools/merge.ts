import type { MergeOutlook, MergePreview } from '../../../schemas/merge.ts';
import { branchLines, checkLines, doneLine, outlookLines, previewLines, resultLine, statusLines } from '../../http/answers/merge-text.ts';
import { cutLines } from '../answers/bounds.ts';
import { adds, reads, taskOf, tool, type Tool } from '../tool.ts';

/** The most files and subtasks that are named. */
const most = 100;

const shownPreview = <P extends MergePreview>(preview: P) => ({
  ...preview,
  conflicts: preview.conflicts.slice(0, most),
  files: preview.files.slice(0, most),
  fileCount: preview.files.length,
});

/** Of all that are left the files are not told: of one they are asked for. */
const shownOutlook = (outlook: MergeOutlook) => ({
  ...outlook,
  subtasks: outlook.subtasks
    .slice(0, most)
    .map(({ files, conflicts, ...subtask }) => ({
      ...subtask,
      conflicts: conflicts.slice(0, 10),
      conflictCount: conflicts.length,
      fileCount: files.length,
    })),
});

const namesMore = 'merge one, and look again';

/** Subtasks' work into their parent's worktree. */
export const mergingTools: readonly Tool[] = [
  tool(
    'list_branches',
    {
      title: 'List what there is to merge',
      description: 'The branch of each subtask that has a worktree: merged, unmerged or skipped.',
      hints: reads,
    },
    async (call, given) => {
      const branches = await call.actions.listBranches(call.caller, taskOf(call, given.taskId));
      const text = branches.length === 0 ? 'There are none.\n' : cutLines(branchLines(branches), namesMore);
      return { text, data: { branches: branches.slice(0, most), count: branches.length } };
    },
  ),
  tool(
    'preview_merge',
    {
      title: 'Preview merges',
      description: 'What merging a subtask would come to, with nothing touched; without subtaskId of all that are left, in the best order.',
      hints: reads,
    },
    async (call, { subtaskId, ...given }) => {
      const taskId = taskOf(call, given.taskId);
      if (subtaskId === undefined) {
        const outlook = await call.actions.previewAll(call.caller, taskId);
        const text = outlook.subtasks.length === 0 ? 'Nothing is left to merge.\n' : cutLines(outlookLines(outlook), namesMore);
        return { text, data: shownOutlook(outlook) };
      }
      const preview = await call.actions.previewMerge(call.caller, taskId, subtaskId);
      return { text: cutLines(previewLines(preview), 'read_diff names all its files'), data: shownPreview(preview) };
    },
  ),
  tool(
    'start_merge',
    {
      title: 'Merge a subtask',
      description:
        "Merge all that a subtask's worktree holds, committed or not, into the worktree of its parent, and commit it. With conflicts it is left open: resolve_conflict each file, then commit_merge, or abort_merge. Of a chain of continuations merge the last alone.",
      hints: adds,
    },
    async (call, { taskId, ...what }) => {
      const result = await call.actions.startMerge(call.caller, taskOf(call, taskId), what);
      return { text: resultLine(result), data: result };
    },
  ),
  tool(
    'merge_status',
    { title: 'Look at the open merge', description: 'Whether a merge is open, and which of its files have conflicts.', hints: reads },
    async (call, given) => {
      const status = await call.actions.mergeStatus(call.caller, taskOf(call, given.taskId));
      const shown = { ...status, conflictedFiles: status.conflictedFiles.slice(0, most), conflicts: status.conflicts.slice(0, most) };
      return { text: cutLines(statusLines(status), 'resolve some, and look again'), data: { ...shown, left: status.conflicts.length } };
    },
  ),
  tool(
    'resolve_conflict',
    {
      title: 'Resolve a conflict',
      description:
        "Settle one file of the open merge: ours (the parent's), theirs (the subtask's), or manual, as it now stands in the worktree with every conflict marker edited out.",
      hints: { destructiveHint: false, idempotentHint: true },
    },
    async (call, { taskId, ...how }) => {
      const status = await call.actions.resolveConflict(call.caller, taskOf(call, taskId), how);
      const left = status.conflicts.length;
      const note = left === 0 ? 'No conflict is left: commit_merge.' : `${left} left.`;
      return {
        text: `${cutLines(statusLines(status), 'merge_status has the others')}${note}\n`,
        data: { conflicts: status.conflicts.slice(0, most), left, note },
      };
    },
  ),
  tool(
    'commit_merge',
    { title: 'Commit the merge', description: 'Commit the open merge when no conflict is left.', hints: adds },
    async (call, { taskId, ...how }) => {
      const result = await call.actions.commitMerge(call.caller, taskOf(call, taskId), how);
      return { text: resultLine(result), data: result };
    },
  ),
  tool(
    'abort_merge',
    {
      title: 'Undo the open merge',
      description: 'The worktree is again exactly as it was before the merge began.',
      hints: { destructiveHint: true },
    },
    async (call, given) => {
      const done = await call.actions.abortMerge(call.caller, taskOf(call, given.taskId));
      return { text: doneLine(done), data: done };
    },
  ),
  tool(
    'skip_subtask',
    {
      title: 'Leave a subtask out',
      description: "Leave a subtask's work out on purpose, so that its parent can finish without it.",
      hints: { destructiveHint: false, idempotentHint: true },
    },
    async (call, { taskId, ...what }) => {
      const done = await call.actions.skipSubtask(call.caller, taskOf(call, taskId), what);
      return { text: doneLine(done), data: done };
    },
  ),
  tool(
    'check_merge',
    {
      title: 'Check what is left to merge',
      description: 'Whether all work of the subtasks is merged, copied or skipped, so that the task can be finished.',
      hints: reads,
    },
    async (call, given) => {
      const check = await call.actions.checkMerge(call.caller, taskOf(call, given.taskId));
      const shown = { ...check, unmerged: check.unmerged.slice(0, most), unmergedBranches: check.unmergedBranches.slice(0, most) };
      return { text: cutLines(checkLines(check), namesMore), data: shown };
    },
  ),
];
