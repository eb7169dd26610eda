import { Type } from '@sinclair/typebox';
import { ref } from '../schemas/common.ts';
import {
  CommitMerge,
  MergeCheck,
  MergeDone,
  MergeOutlook,
  MergePreview,
  MergeResult,
  MergeStatus,
  PreviewQuery,
  ResolveConflict,
  SkipSubtask,
  StartMerge,
  SubtaskBranch,
} from '../schemas/merge.ts';
import { TaskParams } from '../schemas/requests.ts';
import type { ErrorCode } from '../src/errors.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { branchLines, checkLines, doneLine, outlookLines, previewLines, resultLine, statusLines } from '../src/http/answers/merge-text.ts';
import { sendJsonOrText } from '../src/http/answers/negotiate.ts';
import { answer } from '../src/http/answers/shapes.ts';

const ofGit: readonly ErrorCode[] = ['TASK_NOT_FOUND', 'WORKTREE_NOT_FOUND', 'REPOSITORY_BUSY', 'GIT_FAILED', 'DISK_FULL'];
const tags = ['Merge'];
const statusText = '"no merge", or "merging", the branch and how many are left; then kind and file of each conflict';
const resultText = '"merged", the commit and a message, with tabs between';

/** Bringing the work of subtasks into a task's worktree. */
export const mergeRoutes: ResourceRoutes = (api, { actions }) => {
  api.get(
    '/tasks/:taskId/branches',
    {
      config: { long: true, errors: ofGit },
      schema: {
        operationId: 'listBranches',
        summary: 'List the branches of the subtasks, and which are merged',
        tags,
        params: TaskParams,
        response: {
          200: answer(
            'One for each subtask with a worktree',
            Type.Array(ref(SubtaskBranch)),
            'One line a branch: id, merged, unmerged or skipped, name of the task, branch',
          ),
        },
      },
    },
    async (request, reply) => {
      const branches = await actions.listBranches(caller(request), request.params.taskId);
      return sendJsonOrText(request, reply, branches, () => branchLines(branches));
    },
  );

  api.get(
    '/tasks/:taskId/merge/preview',
    {
      config: { long: true, errors: [...ofGit, 'NOT_A_SUBTASK'] },
      schema: {
        operationId: 'previewMerge',
        summary: 'What a merge would come to, with nothing touched; without a subtask: of all, and the best order',
        tags,
        params: TaskParams,
        querystring: PreviewQuery,
        response: {
          200: answer(
            'MergePreview of one subtask, MergeOutlook of all',
            Type.Union([ref(MergePreview), ref(MergeOutlook)]),
            '"clean" or "conflicts", then a line a file; of all: one line a subtask, in the order in which they are best merged',
          ),
        },
      },
    },
    async (request, reply) => {
      const { subtaskId } = request.query;
      if (subtaskId === undefined) {
        const outlook = await actions.previewAll(caller(request), request.params.taskId);
        return sendJsonOrText(request, reply, outlook, () => outlookLines(outlook));
      }
      const preview = await actions.previewMerge(caller(request), request.params.taskId, subtaskId);
      return sendJsonOrText(request, reply, preview, () => previewLines(preview));
    },
  );

  api.post(
    '/tasks/:taskId/merge',
    {
      config: {
        long: true,
        errors: [
          ...ofGit,
          'NOT_A_SUBTASK',
          'INVALID_REF',
          'BRANCH_NOT_FOUND',
          'WORK_UNFINISHED',
          'MERGE_CONFLICT',
          'MERGE_IN_PROGRESS',
          'MERGE_BLOCKED',
        ],
      },
      schema: {
        operationId: 'startMerge',
        summary: "Merge everything that a subtask's worktree holds and git does not ignore",
        tags,
        params: TaskParams,
        body: ref(StartMerge),
        response: { 200: answer('Merged and committed', ref(MergeResult), resultText) },
      },
    },
    async (request, reply) => {
      const result = await actions.startMerge(caller(request), request.params.taskId, request.body);
      return sendJsonOrText(request, reply, result, () => resultLine(result));
    },
  );

  api.get(
    '/tasks/:taskId/merge',
    {
      config: { long: true, errors: ofGit },
      schema: {
        operationId: 'getMerge',
        summary: 'The merge under way, and its conflicts that are left',
        tags,
        params: TaskParams,
        response: { 200: answer('Its state', ref(MergeStatus), statusText) },
      },
    },
    async (request, reply) => {
      const status = await actions.mergeStatus(caller(request), request.params.taskId);
      return sendJsonOrText(request, reply, status, () => statusLines(status));
    },
  );

  api.post(
    '/tasks/:taskId/merge/resolve',
    {
      config: { long: true, errors: [...ofGit, 'NO_MERGE_IN_PROGRESS', 'CONFLICT_NOT_FOUND', 'CONFLICT_MARKERS_LEFT', 'MERGE_BLOCKED'] },
      schema: {
        operationId: 'resolveConflict',
        summary: 'Resolve one file',
        tags,
        params: TaskParams,
        body: ref(ResolveConflict),
        response: { 200: answer('Resolved; what is left', ref(MergeStatus), statusText) },
      },
    },
    async (request, reply) => {
      const status = await actions.resolveConflict(caller(request), request.params.taskId, request.body);
      return sendJsonOrText(request, reply, status, () => statusLines(status));
    },
  );

  api.post(
    '/tasks/:taskId/merge/commit',
    {
      config: { long: true, errors: [...ofGit, 'NO_MERGE_IN_PROGRESS', 'CONFLICTS_LEFT'] },
      schema: {
        operationId: 'commitMerge',
        summary: 'Commit the merge once every conflict is resolved',
        tags,
        params: TaskParams,
        body: ref(CommitMerge),
        response: { 200: answer('Committed', ref(MergeResult), resultText) },
      },
    },
    async (request, reply) => {
      const result = await actions.commitMerge(caller(request), request.params.taskId, request.body);
      return sendJsonOrText(request, reply, result, () => resultLine(result));
    },
  );

  api.post(
    '/tasks/:taskId/merge/abort',
    {
      config: { long: true, errors: [...ofGit, 'NO_MERGE_IN_PROGRESS'] },
      schema: {
        operationId: 'abortMerge',
        summary: 'Undo the merge: the worktree is again exactly as before it',
        tags,
        params: TaskParams,
        response: { 200: answer('Undone', ref(MergeDone), 'A message') },
      },
    },
    async (request, reply) => {
      const done = await actions.abortMerge(caller(request), request.params.taskId);
      return sendJsonOrText(request, reply, done, () => doneLine(done));
    },
  );

  api.post(
    '/tasks/:taskId/merge/skip',
    {
      config: { errors: ['TASK_NOT_FOUND', 'NOT_A_SUBTASK', 'MERGE_IN_PROGRESS'] },
      schema: {
        operationId: 'skipSubtask',
        summary: "Leave a subtask's work out on purpose",
        tags,
        params: TaskParams,
        body: ref(SkipSubtask),
        response: { 200: answer('Noted', ref(MergeDone), 'A message') },
      },
    },
    async (request, reply) => {
      const done = await actions.skipSubtask(caller(request), request.params.taskId, request.body);
      return sendJsonOrText(request, reply, done, () => doneLine(done));
    },
  );

  api.get(
    '/tasks/:taskId/merge/check',
    {
      config: { long: true, errors: ofGit },
      schema: {
        operationId: 'checkMerge',
        summary: 'Whether all work of the subtasks is merged, copied or skipped, so that the task can be finished',
        tags,
        params: TaskParams,
        response: {
          200: answer(
            'What is left',
            ref(MergeCheck),
            '"complete" or "incomplete" and the counts; then a line for each subtask that is left, with the reason',
          ),
        },
      },
    },
    async (request, reply) => {
      const check = await actions.checkMerge(caller(request), request.params.taskId);
      return sendJsonOrText(request, reply, check, () => checkLines(check));
    },
  );
};
