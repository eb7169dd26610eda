import { ref } from '../schemas/common.ts';
import { Info } from '../schemas/info.ts';
import { answer } from '../src/http/answers/shapes.ts';
import type { ResourceRoutes } from '../src/http/api.ts';

/** What the daemon is and has. */
export const infoRoutes: ResourceRoutes = (api, { actions }) => {
  api.get(
    '/info',
    {
      config: { credentials: 'owner' },
      schema: {
        operationId: 'getInfo',
        summary: 'Version, agents found, limits and counts',
        tags: ['Service'],
        response: { 200: answer('The daemon', ref(Info)) },
      },
    },
    async (_request, reply) => reply.send(await actions.info()),
  );
};
