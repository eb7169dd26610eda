import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { Remembered } from '../../domain/remembered.ts';
import { entityTag, isKnown } from './entity-tag.ts';

/** What callers ask for, few wishes as a rule, is worked out once. */
const remembered = new Remembered<string | null>(100);

/** The type that a wish likes best among these, null where it likes none of them. */
const liked = (request: FastifyRequest, types: readonly string[]): string | null => {
  const wish = request.headers.accept;
  if (wish === undefined) return types[0] ?? null;
  const key = `${types.join()} ${wish}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  // A wish with a charset fits only what is offered with that charset.
  const offers = types.flatMap((type) => [type, `${type}; charset=utf-8`]);
  const found = new Negotiator(request.raw).mediaType(offers)?.split(';', 1)[0] ?? null;
  remembered.set(key, found);
  return found;
};

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
  const varies = reply.getHeader('vary');
  reply.header('vary', varies === undefined ? 'Accept' : `${String(varies)}, Accept`);
  const best = liked(request, types);
  return types.find((type) => type === best) ?? types[0];
};

/**
 * Replies with a value as JSON, or as text where the caller likes that better.
 * @param value - serialized by the route's schema
 * @param text - made only where it is asked for
 * @param json - the value's JSON, where somebody has it already
 * @param tag - of the value's JSON, where a caller who has it already is to be answered with 304
 */
export const sendJsonOrText = <T>(
  request: FastifyRequest,
  reply: FastifyReply,
  value: T,
  text: (value: T) => string,
  json?: (reply: FastifyReply, value: T) => string,
  tag?: (reply: FastifyReply, value: T) => string,
): FastifyReply => {
  if (preferred(request, reply, ['application/json', 'text/plain']) === 'text/plain') {
    const lines = text(value);
    return tag && isKnown(request, reply, entityTag(lines)) ? reply.send() : reply.type('text/plain; charset=utf-8').send(lines);
  }
  if (tag && isKnown(request, reply, tag(reply, value))) return reply.send();
  return reply.type('application/json; charset=utf-8').send(json ? json(reply, value) : value);
};
