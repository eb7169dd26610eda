import { createMcpHandler, type AuthInfo } from '@modelcontextprotocol/server';
import { caller as callerOf } from '../http/admission/credentials.ts';
import type { AnswerMcp } from '../http/api.ts';
import type { McpDoorParts } from '../http/build-http.ts';
import { reader } from '../http/requests/read-shape.ts';
import { answerSignal } from '../http/requests/request-signal.ts';
import { sendWebResponse, toWebRequest } from './exchange.ts';
import { serverMaker, type Visitor } from './server.ts';

/**
 * The door of the Model Context Protocol, over Streamable HTTP: its revision of 2026-07-28, in which each request stands by itself, and those
 * before it with their handshake, of which no session is kept either. So a client goes on over a daemon's restart as if there had been none.
 */
export const openMcpDoor = ({ api, actions, basePath, limits, ending }: McpDoorParts): AnswerMcp => {
  // Calls that wait are told at once when the daemon ends, and have so long to answer.
  const ended = new AbortController();
  const endSoon = (): void => void setTimeout(() => ended.abort(), limits.socketEndMs).unref();
  if (ending.aborted) endSoon();
  else ending.addEventListener('abort', endSoon, { once: true });

  const makeServer = serverMaker({
    actions,
    makeReader: (schema) => reader(api, schema, { url: '/mcp', part: 'arguments' }),
    maxCalls: limits.toolCalls,
    ending,
  });
  /** Who calls by which request: the protocol's code hands the key of this on as it is. */
  const visitors = new WeakMap<AuthInfo, Visitor>();
  const handler = createMcpHandler(
    ({ authInfo }) => {
      const visitor = authInfo && visitors.get(authInfo);
      if (!visitor) throw new Error('Nobody knows who calls');
      return makeServer(visitor);
    },
    // A stream keeps a connection alive while a call waits. Of the tools there is no news, so that none for news stays open.
    { responseMode: 'sse' },
  );

  return async (request, reply) => {
    const visit: AuthInfo = { token: '', clientId: '', scopes: [] };
    visitors.set(visit, {
      caller: callerOf(request),
      prefix: request.outerPath + basePath,
      report: (error, tool) => request.log.error({ err: error, tool }, 'a tool failed'),
    });
    const signal = answerSignal(reply, ended.signal);
    const response = await handler.fetch(toWebRequest(request, signal), { authInfo: visit, parsedBody: request.body });
    return sendWebResponse(reply, response, signal);
  };
};
