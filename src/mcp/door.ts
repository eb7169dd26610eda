import {
  createMcpHandler,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport as OneAnswer,
  type AuthInfo,
} from '@modelcontextprotocol/server';
import type { FastifyRequest } from 'fastify';
import { caller as callerOf } from '../http/admission/credentials.ts';
import type { AnswerMcp } from '../http/api.ts';
import type { McpDoorParts } from '../http/build-http.ts';
import { isObject } from '../http/is-object.ts';
import { reader } from '../http/requests/read-shape.ts';
import { answerSignal } from '../http/requests/request-signal.ts';
import { sendWebResponse, toWebRequest } from './exchange.ts';
import { serverMaker, type Visitor } from './server.ts';

/** A client that has left gets no answer; this is what the log is told. */
const nobodyThere = 499;

/**
 * Whether the caller is told how far a call is, for which its answer has to be a stream. Who waits for the end of a stream that broke waits,
 * in the clients that there are, until its time for a tool is over, which may be a day: the agent of a task is answered in one piece,
 * and hears at once that there is no answer where the daemon dies meanwhile. A person sees that nothing moves.
 */
const toldProgress = ({ caller }: Visitor, body: unknown): boolean => {
  const params = isObject(body) && body['method'] === 'tools/call' ? body['params'] : null;
  const meta = isObject(params) ? params['_meta'] : null;
  return caller.kind === 'owner' && isObject(meta) && meta['progressToken'] !== undefined;
};

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
  const newer = createMcpHandler(
    ({ authInfo }) => {
      const visitor = authInfo && visitors.get(authInfo);
      if (!visitor) throw new Error('Nobody knows who calls');
      return makeServer(visitor);
    },
    { legacy: 'reject' },
  );

  /** The generation with a handshake, of which nothing is kept: a server for each request. */
  const answerOlder = async (asked: Request, body: unknown, visitor: Visitor): Promise<Response> => {
    const server = makeServer(visitor);
    const transport = new OneAnswer({ enableJsonResponse: !visitor.toldProgress });
    await server.connect(transport);
    const left = Promise.withResolvers<Response>();
    const end = (): void => {
      left.resolve(new Response(null, { status: nobodyThere }));
      void server.close().catch((error: unknown) => visitor.report(error instanceof Error ? error : new Error(String(error)), null));
    };
    asked.signal.addEventListener('abort', end, { once: true });
    const response = await Promise.race([transport.handleRequest(asked, { parsedBody: body }), left.promise]);
    if (!visitor.toldProgress) end();
    return response;
  };

  const visitorOf = (request: FastifyRequest): Visitor => {
    const visitor = {
      caller: callerOf(request),
      prefix: request.outerPath + basePath,
      toldProgress: false,
      report: (error: Error, tool: string | null) => request.log.error({ err: error, tool }, 'a call by MCP failed'),
    };
    return { ...visitor, toldProgress: toldProgress(visitor, request.body) };
  };
  const answer = async (asked: Request, { body }: FastifyRequest, visitor: Visitor): Promise<Response> => {
    // No body at all is no request of either.
    if (body === undefined || (await isLegacyRequest(asked, body))) return answerOlder(asked, body, visitor);
    const authInfo: AuthInfo = { token: '', clientId: '', scopes: [] };
    visitors.set(authInfo, visitor);
    return newer.fetch(asked, { authInfo, parsedBody: body });
  };
  return (request, reply) => {
    const signal = answerSignal(reply, ended.signal);
    return sendWebResponse(reply, answer(toWebRequest(request, signal), request, visitorOf(request)), {
      signal,
      silenceMs: limits.toolSilenceMs,
    });
  };
};
