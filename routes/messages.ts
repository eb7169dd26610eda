import { Delivered } from '../schemas/answers.ts';
import { ref } from '../schemas/common.ts';
import { TaskParams } from '../schemas/requests.ts';
import { SendMessage, SiblingContext } from '../schemas/task-requests.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { sendJsonOrText } from '../src/http/answers/negotiate.ts';
import { answer } from '../src/http/answers/shapes.ts';
import { deliveredLine } from '../src/http/answers/text-answers.ts';

const delivered = answer('Taken', ref(Delivered), '"delivered" or "not delivered"');

/** What is said to a running agent. */
export const messageRoutes: ResourceRoutes = (api, { actions }) => {
  api.post(
    '/tasks/:taskId/messages',
    {
      config: { errors: ['TASK_NOT_FOUND', 'TASK_NOT_RUNNING', 'AGENT_INPUT_CLOSED'] },
      schema: {
        operationId: 'sendMessage',
        summary: 'Send a further user message to the running agent',
        tags: ['Control'],
        params: TaskParams,
        body: ref(SendMessage),
        response: { 202: delivered },
      },
    },
    async (request, reply) => {
      const result = await actions.sendMessage(caller(request), request.params.taskId, request.body.message);
      return sendJsonOrText(request, reply.code(202), result, () => deliveredLine(result));
    },
  );

  api.post(
    '/tasks/:taskId/sibling-context',
    {
      config: { errors: ['TASK_NOT_FOUND', 'TASK_NOT_RUNNING', 'AGENT_INPUT_CLOSED', 'NOT_A_SIBLING'] },
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
