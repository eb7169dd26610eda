import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';

/**
 * The media type that the caller likes best among those that an answer has. Where none fits, or no wish was sent, it is
 * the first: an answer in another shape says more than a 406.
 */
export const preferred = <const T extends readonly [string, ...string[]]>(
  request: FastifyRequest,
  reply: FastifyReply,
  types: T,
): T[number] => {
  // Beside the Origin that the answer to an allowed page varies by.
  reply.header('vary', reply.hasHeader('vary') ? `${String(reply.getHeader('vary'))}, Accept` : 'Accept');
  // A wish with a charset fits only what is offered with that charset.
  const offers = types.flatMap((type) => [type, `${type}; charset=utf-8`]);
  const liked = new Negotiator(request.raw).mediaType(offers)?.split(';', 1)[0];
  return types.find((type) => type === liked) ?? types[0];
};

/**
 * Replies with a value as JSON, or as text where the caller likes that better.
 * @param value - serialized by the route's schema
 * @param text - made only where it is asked for
 */
export const sendJsonOrText = (request: FastifyRequest, reply: FastifyReply, value: unknown, text: () => string): FastifyReply =>
  preferred(request, reply, ['application/json', 'text/plain']) === 'text/plain'
    ? reply.type('text/plain; charset=utf-8').send(text())
    : reply.type('application/json; charset=utf-8').send(value);
