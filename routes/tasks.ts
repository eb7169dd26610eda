import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { TaskPage } from '../schemas/answers.ts';
import { ref } from '../schemas/common.ts';
import { CreateTaskHeaders, DeleteTaskQuery, KnownAnswer, ListTasksQuery, TaskParams } from '../schemas/requests.ts';
import { CreateTask, UpdateTask } from '../schemas/task-requests.ts';
import { Task } from '../schemas/task.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { sendJsonOrText } from '../src/http/answers/negotiate.ts';
import { answer, noContent, notModified } from '../src/http/answers/shapes.ts';
import { taskJson, taskPages, taskTag } from '../src/http/answers/task-json.ts';
import { readStatus } from '../src/domain/status-machine.ts';
import { readTime } from '../src/http/requests/read-time.ts';
import { taskDetails, taskLine, taskLines } from '../src/http/answers/text-answers.ts';

/** Headers of answers, as the document has them. */
const locationHeader = { Location: Type.String({ description: 'The address of the task' }) };
const tagHeader = { ETag: Type.String({ description: 'Names this answer: what If-None-Match sends back' }) };
const linkHeader = { Link: Type.String({ description: 'The address of the next page (RFC 8288, rel="next"), where there is one' }) };

const lineText = 'id, status and name with tabs between';
const defaultPage = 50;

/** The same list from its next page on (RFC 8288). */
const nextLink = (path: string, { url }: FastifyRequest, cursor: string): string => {
  const [, query = ''] = url.split('?', 2);
  const pairs = new URLSearchParams(query);
  pairs.set('cursor', cursor);
  return `<${path}?${pairs.toString()}>; rel="next"`;
};

/** Tasks: make, list, read, change, delete. */
export const taskRoutes: ResourceRoutes = (api, { actions }) => {
  api.post(
    '/tasks',
    {
      config: {
        errors: [
          'INVALID_REPOSITORY',
          'INVALID_REF',
          'INVALID_PATH',
          'INVALID_AGENT',
          'INVALID_PARENT',
          'INVALID_CONTINUATION',
          'DEPTH_EXCEEDED',
          'BRANCH_NOT_FOUND',
          'INVALID_BRANCH',
          'BRANCH_IN_USE',
          'GIT_AUTHENTICATION',
          'GIT_UNREACHABLE',
          'SUBTASK_COMPLETION_ACTION',
          'NO_COMPLETION_TARGET',
          'INVALID_DEPENDENCY',
          'TASK_NOT_FOUND',
          'IDEMPOTENCY_KEY_REUSED',
          'REPOSITORY_EMPTY',
          'TOO_MANY_TASKS',
          'DISK_FULL',
        ],
      },
      schema: {
        operationId: 'createTask',
        summary: 'Make a task, and start it where start is true',
        tags: ['Tasks'],
        headers: CreateTaskHeaders,
        body: ref(CreateTask),
        response: { 201: { ...answer('The task', ref(Task), lineText), headers: locationHeader } },
      },
    },
    async (request, reply) => {
      const task = await actions.createTask(caller(request), request.body, request.headers['idempotency-key'] ?? null);
      reply.code(201).header('location', `${request.outerPath}${api.prefix}/tasks/${task.id}`);
      return sendJsonOrText(request, reply, task, taskLine, taskJson);
    },
  );

  api.get(
    '/tasks',
    {
      config: { errors: ['INVALID_CURSOR', 'TASK_NOT_FOUND'] },
      schema: {
        operationId: 'listTasks',
        summary: 'List tasks, newest first',
        tags: ['Tasks'],
        querystring: ListTasksQuery,
        headers: KnownAnswer,
        response: {
          200: {
            ...answer('A page of tasks, with a Link to the next one', ref(TaskPage), `One line a task: ${lineText}`),
            headers: { ...tagHeader, ...linkHeader },
          },
          304: { ...notModified, headers: tagHeader },
        },
      },
    },
    async (request, reply) => {
      const { status, parentTaskId, updatedSince, view = 'full', limit, cursor } = request.query;
      const page = await actions.listTasks(caller(request), {
        statuses: status?.map(readStatus) ?? null,
        parentTaskId: parentTaskId ?? null,
        updatedSince: updatedSince === undefined ? null : readTime(updatedSince),
        limit: limit ?? defaultPage,
        cursor: cursor ?? null,
      });
      if (page.nextCursor !== null) reply.header('link', nextLink(`${request.outerPath}${api.prefix}/tasks`, request, page.nextCursor));
      const { json, tag } = taskPages[view];
      return sendJsonOrText(request, reply, page, ({ items }) => taskLines(items), json, tag);
    },
  );

  api.get(
    '/tasks/:taskId',
    {
      config: { errors: ['TASK_NOT_FOUND'] },
      schema: {
        operationId: 'getTask',
        summary: 'Read a task',
        tags: ['Tasks'],
        params: TaskParams,
        headers: KnownAnswer,
        response: {
          200: {
            ...answer(
              'The task',
              ref(Task),
              `${lineText}; then waits for, summary, error, branch, worktree and cost, each as "key: value" where there is one`,
            ),
            headers: tagHeader,
          },
          304: { ...notModified, headers: tagHeader },
        },
      },
    },
    async (request, reply) => {
      const task = await actions.getTask(caller(request), request.params.taskId);
      return sendJsonOrText(request, reply, task, taskDetails, taskJson, taskTag);
    },
  );

  api.put(
    '/tasks/:taskId',
    {
      config: {
        errors: [
          'TASK_NOT_FOUND',
          'INVALID_DEPENDENCY',
          'TASK_NOT_PENDING',
          'TASK_ACTIVE',
          'TASK_NOT_RUNNING',
          'INVALID_TRANSITION',
          'SUBTASKS_NOT_INTEGRATED',
          'SUBTASKS_FAILED',
          'GIT_FAILED',
        ],
      },
      schema: {
        operationId: 'updateTask',
        summary: 'Change a task, report progress, or finish it with status done',
        tags: ['Tasks'],
        params: TaskParams,
        body: ref(UpdateTask),
        response: { 200: answer('The task', ref(Task), lineText) },
      },
    },
    async (request, reply) => {
      const task = await actions.updateTask(caller(request), request.params.taskId, request.body);
      return sendJsonOrText(request, reply, task, taskLine, taskJson);
    },
  );

  api.delete(
    '/tasks/:taskId',
    {
      config: { errors: ['TASK_NOT_FOUND', 'TASK_ACTIVE', 'REPOSITORY_BUSY', 'GIT_FAILED'] },
      schema: {
        operationId: 'deleteTask',
        summary: 'Delete a terminal or pending task with its log and worktree',
        tags: ['Tasks'],
        params: TaskParams,
        querystring: DeleteTaskQuery,
        response: { 204: noContent('Deleted') },
      },
    },
    async (request, reply) => {
      await actions.deleteTask(caller(request), request.params.taskId, { keepWorktree: request.query.worktree === 'keep' });
      return reply.code(204).send();
    },
  );
};
