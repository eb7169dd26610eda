import { MakimaError } from '../src/errors.ts';
import type { ResourceRoutes } from '../src/http/api.ts';

/** The WebSocket's address, for a request that does not ask for one: those that do are taken by the door in src/websocket/. */
export const webSocketRoutes: ResourceRoutes = (api) => {
  api.get(
    '/ws',
    {
      exposeHeadRoute: false,
      // OpenAPI has no word for it; asyncapi.yaml has.
      schema: { hide: true },
    },
    (_request, reply) => {
      reply.headers({ upgrade: 'websocket', connection: 'upgrade' });
      throw new MakimaError('UPGRADE_REQUIRED');
    },
  );
};
