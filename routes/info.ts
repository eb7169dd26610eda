import { Type } from '@sinclair/typebox';
import { ref } from '../schemas/common.ts';
import { Agent, Info } from '../schemas/info.ts';
import { agentLines } from '../src/http/answers/agent-lines.ts';
import { sendJsonOrText } from '../src/http/answers/negotiate.ts';
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

  api.get(
    '/agents',
    {
      schema: {
        operationId: 'listAgents',
        summary: 'Which agents tasks can have, and what keeps one from working',
        tags: ['Service'],
        response: { 200: answer('The agents', Type.Array(ref(Agent)), 'A line each: name, version and state, with tabs between') },
      },
    },
    async (request, reply) => sendJsonOrText(request, reply, await actions.listAgents(), agentLines),
  );
};
