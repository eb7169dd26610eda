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

/** An answer that is not there by then is begun, and shown to be alive every so often, in milliseconds. */
const patienceMs = 10_000;
const aliveEveryMs = 15_000;
const blank = Buffer.from('\n');

/** Resolves with null where the promise has not settled in time. */
const within = async <T>(promise: Promise<T>, milliseconds: number): Promise<T | null> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, milliseconds, null)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/** JSON that is yet to come: blanks before it, which it may have, until it is there. */
async function* whenThere(awaited: Promise<Response>): AsyncGenerator<Uint8Array> {
  yield blank;
  let response = await within(awaited, aliveEveryMs);
  for (; response === null; response = await within(awaited, aliveEveryMs)) yield blank;
  yield Buffer.from(await response.text());
}

/**
 * Sends the protocol's answer. One that takes long is begun before it is there: a client that waits for headers gives up, and one whose
 * connection breaks in the middle of a body knows at once that there is no answer.
 */
export const sendWebResponse = async (reply: FastifyReply, awaited: Promise<Response>, signal: AbortSignal): Promise<FastifyReply> => {
  const response = await within(awaited, patienceMs);
  if (response === null) return sendPieces(reply, whenThere(awaited), { type: 'application/json', signal });
  reply.code(response.status);
  const type = response.headers.get('content-type');
  if (response.body === null || type === null) return reply.send();
  if (type.startsWith('text/event-stream')) return sendPieces(reply, response.body, { type, signal });
  return reply.type(type).send(await response.text());
};
