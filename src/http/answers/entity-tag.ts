import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A strong tag (RFC 9110, 8.8.3) of a text: the same bytes, the same tag. */
export const entityTag = (text: string): string => `"${hash('sha1', text, 'base64url')}"`;

/**
 * Names an answer by its tag.
 * @returns whether the caller has it already (`If-None-Match`) and is told so: 304 is set, and there is nothing to send
 */
export const isKnown = (request: FastifyRequest, reply: FastifyReply, tag: string): boolean => {
  reply.header('etag', tag);
  const known = request.headers['if-none-match'];
  if (known === undefined) return false;
  // Compared weakly, as this header is: a proxy that compresses makes a tag weak.
  if (!known.split(',').some((each) => ['*', tag].includes(each.trim().replace(/^W\//, '')))) return false;
  reply.code(304);
  return true;
};
