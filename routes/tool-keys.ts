import { Type } from '@sinclair/typebox';
import { ref } from '../schemas/common.ts';
import { TaskParams, ToolKeyParams } from '../schemas/requests.ts';
import { CreateToolKey } from '../schemas/task-requests.ts';
import { NewToolKey, ToolKey } from '../schemas/tool-key.ts';
import { MakimaError } from '../src/errors.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { sendJsonOrText } from '../src/http/answers/negotiate.ts';
import { answer, noContent } from '../src/http/answers/shapes.ts';

/** The schema's `date-time` takes leap seconds, which no Date is; and a key that is over when it is made opens nothing. */
const checkExpiry = (expiresAt: string | undefined): void => {
  if (expiresAt !== undefined && !(Date.parse(expiresAt) > Date.now())) {
    throw new MakimaError('VALIDATION_FAILED', 'The field "expiresAt" must be a time to come', {
      details: { in: 'body', field: 'expiresAt', rule: 'future' },
    });
  }
};

/** Keys that open one task's tree. */
export const toolKeyRoutes: ResourceRoutes = (api, { actions }) => {
  api.post(
    '/tasks/:taskId/tool-keys',
    {
      config: { errors: ['TASK_NOT_FOUND'] },
      schema: {
        operationId: 'createToolKey',
        summary: 'Make a key; it is shown this once',
        tags: ['Tool keys'],
        params: TaskParams,
        body: ref(CreateToolKey),
        response: { 201: answer('The key', ref(NewToolKey), 'The key alone') },
      },
    },
    async (request, reply) => {
      checkExpiry(request.body.expiresAt);
      const key = await actions.createToolKey(caller(request), request.params.taskId, request.body);
      return sendJsonOrText(request, reply.code(201), key, () => `${key.key}\n`);
    },
  );

  api.get(
    '/tasks/:taskId/tool-keys',
    {
      config: { errors: ['TASK_NOT_FOUND'] },
      schema: {
        operationId: 'listToolKeys',
        summary: "List a task's keys, without the keys themselves",
        tags: ['Tool keys'],
        params: TaskParams,
        response: { 200: answer('The keys', Type.Array(ref(ToolKey))) },
      },
    },
    async (request, reply) => reply.send(await actions.listToolKeys(caller(request), request.params.taskId)),
  );

  api.delete(
    '/tasks/:taskId/tool-keys/:keyId',
    {
      config: { errors: ['TASK_NOT_FOUND', 'TOOL_KEY_NOT_FOUND'] },
      schema: {
        operationId: 'deleteToolKey',
        summary: 'Revoke a key: the next call with it is 401',
        tags: ['Tool keys'],
        params: ToolKeyParams,
        response: { 204: noContent('Revoked') },
      },
    },
    async (request, reply) => {
      await actions.deleteToolKey(caller(request), request.params.taskId, request.params.keyId);
      return reply.code(204).send();
    },
  );
};
