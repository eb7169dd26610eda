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

const blank = Buffer.from('\n');

/** Resolves with null where the promise has not settled in time. */
const within = async <T>(promise: Promise<T>, milliseconds: number): Promise<T | null> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, milliseconds, null)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/** JSON that is yet to come: blanks before it, which it may have, until it is there. */
async function* whenThere(awaited: Promise<Response>, silenceMs: number): AsyncGenerator<Uint8Array> {
  yield blank;
  let response = await within(awaited, silenceMs);
  for (; response === null; response = await within(awaited, silenceMs)) yield blank;
  yield Buffer.from(await response.text());
}

/**
 * Sends the protocol's answer. One that takes long is begun before it is there: a client that waits for headers gives up, and one whose
 * connection breaks in the middle of a body knows at once that there is no answer.
 * @param options.signal - fires when the answer has to end
 * @param options.silenceMs - after which it is begun, and between two signs of life of it
 */
export const sendWebResponse = async (
  reply: FastifyReply,
  awaited: Promise<Response>,
  { signal, silenceMs }: { signal: AbortSignal; silenceMs: number },
): Promise<FastifyReply> => {
  const response = await within(awaited, silenceMs);
  if (response === null) {
    // Where the client has left meanwhile nobody reads it, and hears of its failure.
    awaited.catch((error: unknown) => reply.log.info({ err: error }, 'an answer by MCP failed'));
    return sendPieces(reply, whenThere(awaited, silenceMs), { type: 'application/json', signal });
  }
  reply.code(response.status);
  const type = response.headers.get('content-type');
  if (response.body === null || type === null) return reply.send();
  if (type.startsWith('text/event-stream')) return sendPieces(reply, response.body, { type, signal });
  return reply.type(type).send(await response.text());
};
