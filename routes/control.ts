import { Type } from '@sinclair/typebox';
import { ref } from '../schemas/common.ts';
import { TaskParams, WaitQuery } from '../schemas/requests.ts';
import { StartTask, StopTask } from '../schemas/task-requests.ts';
import { Task } from '../schemas/task.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { sendJsonOrText } from '../src/http/answers/negotiate.ts';
import { answerSignal } from '../src/http/requests/request-signal.ts';
import { answer } from '../src/http/answers/shapes.ts';
import { taskLine, waitedLines } from '../src/http/answers/text-answers.ts';

const task = (description: string) => answer(description, ref(Task), 'id, status and name with tabs between');
const defaultWaitSeconds = 30;
const overHeader = 'X-Makima-Over';

/** Start, stop, pause, resume a task, and wait for its end. */
export const controlRoutes: ResourceRoutes = (api, { actions, ending }) => {
  api.post(
    '/tasks/:taskId/start',
    {
      config: {
        errors: ['TASK_NOT_FOUND', 'TASK_ACTIVE', 'NO_SESSION', 'BRANCH_IN_USE', 'COMPLETION_RUNNING', 'INVALID_CONTINUATION', 'DISK_FULL'],
      },
      schema: {
        operationId: 'startTask',
        summary: 'Queue a task; a terminal one runs again in its worktree',
        tags: ['Control'],
        params: TaskParams,
        body: ref(StartTask),
        response: { 202: task('Queued') },
      },
    },
    async (request, reply) => {
      const how = Object.keys(request.body).length === 0 ? [] : [request.body];
      const started = await actions.startTask(caller(request), request.params.taskId, ...how);
      return sendJsonOrText(request, reply.code(202), started, () => taskLine(started));
    },
  );

  api.post(
    '/tasks/:taskId/stop',
    {
      config: { errors: ['TASK_NOT_FOUND', 'INVALID_TRANSITION'] },
      schema: {
        operationId: 'stopTask',
        summary: 'Interrupt the agent, then terminate it, then kill everything it started',
        tags: ['Control'],
        params: TaskParams,
        body: ref(StopTask),
        response: { 200: task('It was terminal already'), 202: task('It is being stopped') },
      },
    },
    async (request, reply) => {
      const stopped = await actions.stopTask(caller(request), request.params.taskId, request.body);
      return sendJsonOrText(request, reply.code(stopped.wasTerminal ? 200 : 202), stopped.task, () => taskLine(stopped.task));
    },
  );

  api.post(
    '/tasks/:taskId/pause',
    {
      config: { errors: ['TASK_NOT_FOUND', 'TASK_NOT_RUNNING', 'INVALID_TRANSITION'] },
      schema: {
        operationId: 'pauseTask',
        summary: 'Halt everything that the agent runs',
        tags: ['Control'],
        params: TaskParams,
        response: { 200: task('Paused') },
      },
    },
    async (request, reply) => {
      const paused = await actions.pauseTask(caller(request), request.params.taskId);
      return sendJsonOrText(request, reply, paused, () => taskLine(paused));
    },
  );

  api.post(
    '/tasks/:taskId/resume',
    {
      config: { errors: ['TASK_NOT_FOUND', 'TASK_NOT_PAUSED', 'INVALID_TRANSITION'] },
      schema: {
        operationId: 'resumeTask',
        summary: 'Let a paused task go on',
        tags: ['Control'],
        params: TaskParams,
        response: { 200: task('Running') },
      },
    },
    async (request, reply) => {
      const resumed = await actions.resumeTask(caller(request), request.params.taskId);
      return sendJsonOrText(request, reply, resumed, () => taskLine(resumed));
    },
  );

  api.get(
    '/tasks/:taskId/wait',
    {
      // A HEAD would wait for nothing that it can be told.
      exposeHeadRoute: false,
      config: { long: true, errors: ['TASK_NOT_FOUND'] },
      schema: {
        operationId: 'waitForTask',
        summary: 'Wait until a task is terminal, or its completion action is over too, or the time is',
        tags: ['Control'],
        params: TaskParams,
        querystring: WaitQuery,
        response: {
          200: {
            ...answer(
              'The task as it then is: look at its status',
              ref(Task),
              'id, status and name with tabs between; where it has run a completion action a second line `completion: …`',
            ),
            headers: {
              [overHeader]: Type.String({ description: '`true`: what was waited for is there; `false`: the time was over first' }),
            },
          },
        },
      },
    },
    async (request, reply) => {
      const timeoutSeconds = request.query.timeout ?? defaultWaitSeconds;
      const { task: waited, isOver } = await actions.waitForTask(caller(request), request.params.taskId, {
        until: request.query.until ?? 'terminal',
        timeoutSeconds,
        signal: answerSignal(reply, ending),
      });
      return sendJsonOrText(request, reply.header(overHeader, String(isOver)), waited, () => waitedLines(waited));
    },
  );
};
