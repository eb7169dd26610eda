import type {
  CommitMerge,
  MergeCheck,
  MergeOutlook,
  MergePreview,
  MergeResult,
  MergeStatus,
  ResolveConflict,
  SkipSubtask,
  StartMerge,
  SubtaskBranch,
} from '../../../../schemas/merge.ts';
import { branchLines, checkLines, doneLine, outlookLines, previewLines, resultLine, statusLines } from '../../answers/merge-text.ts';
import { jsonAndText, type OperationTexts } from './operation.ts';
import { at, commitSha, subtaskBranch, subtaskId } from './samples.ts';

const branch: SubtaskBranch = {
  name: subtaskBranch,
  taskId: subtaskId,
  taskName: 'Login form',
  isMerged: false,
  isSkipped: false,
  ahead: 2,
  lastCommit: commitSha,
  lastCommitMessage: 'Add the form',
};
const preview: MergePreview = {
  clean: false,
  conflicts: [{ file: 'style.css', kind: 'both-modified' }],
  files: ['login.html', 'style.css'],
};
const outlook: MergeOutlook = {
  subtasks: [{ taskId: subtaskId, taskName: 'Login form', branch: subtaskBranch, ...preview, conflictsWith: [] }],
  order: [subtaskId],
  cleanCount: 0,
  complete: true,
};
const merged: MergeResult = { success: true, commitSha, message: `Merged ${subtaskBranch}` };
const open: MergeStatus = {
  inProgress: true,
  sourceBranch: subtaskBranch,
  subtaskId,
  startedAt: at.ended,
  conflictedFiles: ['style.css'],
  conflicts: preview.conflicts,
};
const resolved: MergeStatus = { ...open, conflictedFiles: [], conflicts: [] };
const check: MergeCheck = {
  canComplete: false,
  unmergedBranches: [subtaskBranch],
  mergedCount: 1,
  skippedCount: 0,
  unmerged: [{ taskId: subtaskId, taskName: 'Login form', branch: subtaskBranch, reason: 'login.html is not in the worktree' }],
};
const undone = { success: true, message: 'The merge was undone' };
const skipped = { success: true, message: '"Login form" is left out: The other form is used.' };

const start = {
  subtask: { summary: 'All that a subtask has made', value: { subtaskId } },
  branch: { summary: 'By the name of its branch', value: { sourceBranch: subtaskBranch } },
} satisfies Record<string, { summary: string; value: StartMerge }>;
const resolve = {
  theirs: { summary: 'As the subtask has it', value: { file: 'style.css', strategy: 'theirs' } },
  manual: { summary: 'As the file now stands in the worktree', value: { file: 'style.css', strategy: 'manual' } },
} satisfies Record<string, { summary: string; value: ResolveConflict }>;
const commit = { message: { summary: 'With a message', value: { message: 'Merge the login form' } } } satisfies Record<
  string,
  { summary: string; value: CommitMerge }
>;
const skip = {
  skip: { summary: 'With the reason, which a pull request names', value: { subtaskId, reason: 'The other form is used.' } },
} satisfies Record<string, { summary: string; value: SkipSubtask }>;

/** Bringing the work of subtasks into a task's worktree. */
export const mergeTexts: OperationTexts = {
  listBranches: {
    description: '`isMerged` looks at what is in the worktree now: a subtask that goes on is unmerged again.',
    answers: { 200: jsonAndText([branch], branchLines([branch])) },
  },
  previewMerge: {
    description:
      'With `subtaskId` what merging this one would come to; without, of all that are left, and an order in which most of them merge cleanly.',
    answers: {
      200: {
        'application/json': {
          examples: { one: { summary: 'With subtaskId', value: preview }, all: { summary: 'Without', value: outlook } },
        },
        'text/plain': {
          examples: {
            one: { summary: 'With subtaskId', value: previewLines(preview) },
            all: { summary: 'Without', value: outlookLines(outlook) },
          },
        },
      },
    },
  },
  startMerge: {
    description:
      'Committed or not, all that the worktree of the subtask holds and git does not ignore is merged and committed. With conflicts it is 409 `MERGE_CONFLICT`, whose body has `conflicts`, and the merge is left open: resolve each file and commit, or abort.',
    requests: start,
    answers: { 200: jsonAndText(merged, resultLine(merged)) },
  },
  getMerge: {
    description:
      '`inProgress` is false where none is. It says what git would: what the agent has resolved by hand with `git add` is resolved.',
    answers: { 200: jsonAndText(open, statusLines(open)) },
  },
  resolveConflict: {
    description: 'Answered with what is left. `manual` is refused while the file has conflict markers.',
    requests: resolve,
    answers: { 200: jsonAndText(resolved, statusLines(resolved)) },
  },
  commitMerge: {
    description: 'Refused while a file is not resolved.',
    requests: commit,
    answers: { 200: jsonAndText(merged, resultLine(merged)) },
  },
  abortMerge: {
    description: 'Files, modes, times, index and HEAD are as they were before; what that takes away is kept under a ref.',
    answers: { 200: jsonAndText(undone, doneLine(undone)) },
  },
  skipSubtask: {
    description: 'The subtask then counts as integrated. Merging it later takes that back.',
    requests: skip,
    answers: { 200: jsonAndText(skipped, doneLine(skipped)) },
  },
  checkMerge: {
    description: 'What `PUT /tasks/{taskId}` with `status: "done"` asks, told beforehand.',
    answers: { 200: jsonAndText(check, checkLines(check)) },
  },
};
