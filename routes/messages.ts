import { Type } from '@sinclair/typebox';
import { Delivered } from '../schemas/answers.ts';
import { ref } from '../schemas/common.ts';
import { WaitingMessage } from '../schemas/message.ts';
import { MessageParams, TaskParams } from '../schemas/requests.ts';
import { SendMessage, SiblingContext } from '../schemas/task-requests.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { sendJsonOrText } from '../src/http/answers/negotiate.ts';
import { answer, noContent } from '../src/http/answers/shapes.ts';
import { deliveredLine, messageLines } from '../src/http/answers/text-answers.ts';

const delivered = answer('Taken', ref(Delivered), '"delivered" or "not delivered"');

/** What is said to an agent. */
export const messageRoutes: ResourceRoutes = (api, { actions }) => {
  api.post(
    '/tasks/:taskId/messages',
    {
      config: {
        errors: [
          'TASK_NOT_FOUND',
          'TASK_NOT_RUNNING',
          'AGENT_INPUT_CLOSED',
          'NO_SESSION',
          'TASK_ACTIVE',
          'COMPLETION_RUNNING',
          'TOO_MANY_MESSAGES',
          'DISK_FULL',
        ],
      },
      schema: {
        operationId: 'sendMessage',
        summary: 'Say something more to the agent of a task',
        tags: ['Control'],
        params: TaskParams,
        body: ref(SendMessage),
        response: { 202: delivered },
      },
    },
    async (request, reply) => {
      const { message, resume } = request.body;
      const options = resume === undefined ? [] : [{ resume }];
      const result = await actions.sendMessage(caller(request), request.params.taskId, message, ...options);
      return sendJsonOrText(request, reply.code(202), result, () => deliveredLine(result));
    },
  );

  api.get(
    '/tasks/:taskId/messages',
    {
      config: { errors: ['TASK_NOT_FOUND'] },
      schema: {
        operationId: 'listMessages',
        summary: 'List what its agent does not have yet',
        tags: ['Control'],
        params: TaskParams,
        response: {
          200: answer(
            'The messages, in the order in which the agent gets them',
            Type.Array(ref(WaitingMessage)),
            'One line a message: id, state and kind and what it says with tabs between',
          ),
        },
      },
    },
    async (request, reply) => {
      const messages = await actions.listMessages(caller(request), request.params.taskId);
      return sendJsonOrText(request, reply, messages, messageLines);
    },
  );

  api.delete(
    '/tasks/:taskId/messages/:messageId',
    {
      config: { errors: ['TASK_NOT_FOUND', 'MESSAGE_NOT_FOUND', 'MESSAGE_DELIVERED'] },
      schema: {
        operationId: 'withdrawMessage',
        summary: 'Take back what its agent does not have yet',
        tags: ['Control'],
        params: MessageParams,
        response: { 204: noContent('It does not get it any more') },
      },
    },
    async (request, reply) => {
      await actions.withdrawMessage(caller(request), request.params.taskId, request.params.messageId);
      return reply.code(204).send();
    },
  );

  api.post(
    '/tasks/:taskId/sibling-context',
    {
      config: { errors: ['TASK_NOT_FOUND', 'TASK_NOT_RUNNING', 'AGENT_INPUT_CLOSED', 'TOO_MANY_MESSAGES', 'NOT_A_SIBLING'] },
      schema: {
        operationId: 'shareSibling',
        summary: 'Tell a running agent what a sibling did',
        tags: ['Control'],
        params: TaskParams,
        body: ref(SiblingContext),
        response: { 202: delivered },
      },
    },
    async (request, reply) => {
      const result = await actions.shareSibling(caller(request), request.params.taskId, request.body);
      return sendJsonOrText(request, reply.code(202), result, () => deliveredLine(result));
    },
  );
};
