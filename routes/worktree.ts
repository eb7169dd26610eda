import { Readable } from 'node:stream';
import { Type } from '@sinclair/typebox';
import { ref } from '../schemas/common.ts';
import { RestoreQuery, TargetQuery, TaskParams } from '../schemas/requests.ts';
import { CloneWorktree } from '../schemas/task-requests.ts';
import { Task } from '../schemas/task.ts';
import { CloneResult, FileChange, RemovedWorktree, TargetExists, WorktreeInfo } from '../schemas/worktree.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { preferred, sendJsonOrText } from '../src/http/answers/negotiate.ts';
import { answer } from '../src/http/answers/shapes.ts';
import { taskLine } from '../src/http/answers/text-answers.ts';

/** Where a task works, what it changed there, and copies of it. */
export const worktreeRoutes: ResourceRoutes = (api, { actions }) => {
  api.get(
    '/tasks/:taskId/worktree',
    {
      config: { errors: ['TASK_NOT_FOUND', 'WORKTREE_NOT_FOUND'] },
      schema: {
        operationId: 'getWorktree',
        summary: 'Where the worktree is',
        tags: ['Worktree'],
        params: TaskParams,
        response: { 200: answer('The worktree', ref(WorktreeInfo), 'The path alone') },
      },
    },
    async (request, reply) => {
      const worktree = await actions.getWorktree(caller(request), request.params.taskId);
      return sendJsonOrText(request, reply, worktree, () => `${worktree.path}\n`);
    },
  );

  api.get(
    '/tasks/:taskId/diff',
    {
      exposeHeadRoute: false,
      config: { errors: ['TASK_NOT_FOUND', 'WORKTREE_NOT_FOUND', 'REPOSITORY_BUSY', 'GIT_FAILED'] },
      schema: {
        operationId: 'getDiff',
        summary: "A task's changes against its base commit, uncommitted and untracked ones too",
        tags: ['Worktree'],
        params: TaskParams,
        response: { 200: answer('The changed files', Type.Array(ref(FileChange)), 'A patch that git apply takes') },
      },
    },
    async (request, reply) => {
      if (preferred(request, reply, ['application/json', 'text/plain']) === 'application/json') {
        return reply.type('application/json; charset=utf-8').send(await actions.diffFiles(caller(request), request.params.taskId));
      }
      const patch = await actions.diffPatch(caller(request), request.params.taskId);
      // Bytes, whose encoding is that of the files.
      return reply.type('text/plain').send(Readable.from(patch, { objectMode: false }));
    },
  );

  api.post(
    '/tasks/:taskId/worktree/clone',
    {
      config: {
        long: true,
        errors: ['TASK_NOT_FOUND', 'WORKTREE_NOT_FOUND', 'TARGET_EXISTS', 'INVALID_PATH', 'REPOSITORY_BUSY', 'GIT_FAILED', 'DISK_FULL'],
      },
      schema: {
        operationId: 'cloneWorktree',
        summary: 'Make a stand-alone copy of the worktree',
        tags: ['Worktree'],
        params: TaskParams,
        body: ref(CloneWorktree),
        response: { 201: answer('Copied', ref(CloneResult), 'The path of the copy') },
      },
    },
    async (request, reply) => {
      const result = await actions.cloneWorktree(caller(request), request.params.taskId, request.body.targetDir);
      return sendJsonOrText(request, reply.code(201), result, () => `${result.targetDir}\n`);
    },
  );

  api.delete(
    '/tasks/:taskId/worktree',
    {
      config: {
        credentials: 'owner',
        long: true,
        errors: [
          'TASK_NOT_FOUND',
          'WORKTREE_NOT_FOUND',
          'TASK_ACTIVE',
          'COMPLETION_RUNNING',
          'MERGE_IN_PROGRESS',
          'WORKTREE_IN_USE',
          'REPOSITORY_BUSY',
          'DISK_FULL',
          'GIT_FAILED',
        ],
      },
      schema: {
        operationId: 'removeWorktree',
        summary: 'Put away the worktree of a task that has ended; the task, its log and its repository stay',
        tags: ['Worktree'],
        params: TaskParams,
        response: { 200: answer('Put away', ref(RemovedWorktree), 'What it took on the disk, in bytes') },
      },
    },
    async (request, reply) => {
      const removed = await actions.removeWorktree(caller(request), request.params.taskId);
      return sendJsonOrText(request, reply, removed, () => `${removed.bytes}\n`);
    },
  );

  api.post(
    '/tasks/:taskId/worktree/restore',
    {
      config: {
        credentials: 'owner',
        errors: [
          'TASK_NOT_FOUND',
          'WORKTREE_NOT_FOUND',
          'TASK_ACTIVE',
          'PARENT_DELETED',
          'TARGET_EXISTS',
          'REPOSITORY_BUSY',
          'DISK_FULL',
          'GIT_FAILED',
        ],
      },
      schema: {
        operationId: 'restoreWorktree',
        summary: 'Bring back a worktree that was put away or deleted, with its task where that was deleted too',
        tags: ['Worktree'],
        params: TaskParams,
        querystring: RestoreQuery,
        response: { 200: answer('The task', ref(Task), 'The task in one line') },
      },
    },
    async (request, reply) => {
      const task = await actions.restoreWorktree(caller(request), request.params.taskId, {
        withoutParent: request.query.parentTaskId === 'none',
      });
      return sendJsonOrText(request, reply, task, () => taskLine(task));
    },
  );

  api.get(
    '/targets/exists',
    {
      config: { errors: ['INVALID_PATH'] },
      schema: {
        operationId: 'targetExists',
        summary: 'Whether something is at a path',
        tags: ['Worktree'],
        querystring: TargetQuery,
        response: { 200: answer('The answer', ref(TargetExists), '"true" or "false"') },
      },
    },
    async (request, reply) => {
      const result = await actions.targetExists(caller(request), request.query.targetDir);
      return sendJsonOrText(request, reply, result, () => `${String(result.exists)}\n`);
    },
  );
};
