import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendPieces } from '../http/streams/send-pieces.ts';

/** What the protocol looks at. Credentials are none of it. */
const handedOn = ['accept', 'content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name', 'mcp-session-id', 'last-event-id'] as const;

/** The request as the protocol's own code takes it. Its body was read, and is handed over beside it. */
export const toWebRequest = (request: FastifyRequest, signal: AbortSignal): Request => {
  const headers = new Headers();
  for (const name of handedOn) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return new Request('http://makima/mcp', { method: request.method, headers, signal });
};

/** Sends its answer: whole where it is short, else piece by piece as it comes. */
export const sendWebResponse = async (reply: FastifyReply, response: Response, signal: AbortSignal): Promise<FastifyReply> => {
  reply.code(response.status);
  const allow = response.headers.get('allow');
  if (allow !== null) reply.header('allow', allow);
  const type = response.headers.get('content-type');
  if (response.body === null || type === null) return reply.send();
  if (type.startsWith('text/event-stream')) return sendPieces(reply, response.body, { type, signal });
  return reply.type(type).send(await response.text());
};
