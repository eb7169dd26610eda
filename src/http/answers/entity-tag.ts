import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A strong tag (RFC 9110, 8.8.3) of a text: the same bytes, the same tag. */
export const entityTag = (text: string): string => `"${hash('sha1', text, 'base64url')}"`;

/** The end of the tag of other bytes: a dot is in no tag of ours. */
const encoded = /\.[a-z]+"$/;

/** The strong tag of the same answer in an encoding: its bytes are others (RFC 9110, 8.8.3.3). */
export const encodedTag = (tag: string, encoding: string): string => tag.replace(/"$/, `.${encoding}"`);

/**
 * Names an answer by its tag.
 * @returns whether the caller has it already (`If-None-Match`) and is told so: 304 is set, and there is nothing to send
 */
export const isKnown = (request: FastifyRequest, reply: FastifyReply, tag: string): boolean => {
  reply.header('etag', tag);
  const known = request.headers['if-none-match'];
  if (known === undefined) return false;
  // Compared weakly, as this header is: a proxy that compresses makes a tag weak.
  const names = known.split(',').map((each) => each.trim().replace(/^W\//, ''));
  const match = names.find((each) => ['*', tag].includes(each.replace(encoded, '"')));
  if (match === undefined) return false;
  reply.code(304);
  // As the answer that the caller has was named.
  if (match !== '*') reply.header('etag', match);
  return true;
};
