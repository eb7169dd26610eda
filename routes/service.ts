import { Health } from '../schemas/answers.ts';
import { ref } from '../schemas/common.ts';
import { MakimaError } from '../src/errors.ts';
import { answer, textAnswer } from '../src/http/answers/shapes.ts';
import type { ResourceRoutes } from '../src/http/api.ts';

/** Whether the daemon lives and works: for whoever starts and watches it. */
export const probeRoutes: ResourceRoutes = (api, { isReady }) => {
  api.get(
    '/healthz',
    {
      schema: {
        operationId: 'healthz',
        summary: 'Whether the process lives',
        tags: ['Service'],
        response: { 200: answer('It does', ref(Health)) },
      },
    },
    async (_request, reply) => reply.send({ status: 'ok' }),
  );

  api.get(
    '/readyz',
    {
      config: { errors: ['NOT_READY'] },
      schema: {
        operationId: 'readyz',
        summary: 'Whether it takes requests',
        tags: ['Service'],
        response: { 200: answer('It does', ref(Health)) },
      },
    },
    async (_request, reply) => {
      if (!isReady()) throw new MakimaError('NOT_READY');
      return reply.send({ status: 'ok' });
    },
  );
};

/** What it has done and has to do, in numbers. */
export const metricsRoutes: ResourceRoutes = (api, { metrics }) => {
  api.get(
    '/metrics',
    {
      schema: {
        operationId: 'metrics',
        summary: 'Measurements for Prometheus',
        tags: ['Service'],
        response: { 200: textAnswer('The measurements', 'text/plain') },
      },
    },
    async (_request, reply) => {
      const { contentType, text } = await metrics();
      return reply.type(contentType).send(text);
    },
  );
};
