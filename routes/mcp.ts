import type { ResourceRoutes } from '../src/http/api.ts';

/** The Model Context Protocol: JSON-RPC by POST. What its tools take stands in schemas/mcp/, and a client lists it. */
export const mcpRoutes: ResourceRoutes = (api, { answerMcp }) => {
  api.post(
    '/mcp',
    {
      config: { long: true },
      // Its clients ask it what it has; OpenAPI has no word for that.
      schema: { hide: true },
    },
    (request, reply) => answerMcp(request, reply),
  );
};
