import { pipeline, Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { plugin } from '../plugin.ts';
import { likedEncoding, type Encoding } from './encodings.ts';
import { encodedTag } from './entity-tag.ts';

/** What is shorter is sent before it would be compressed, in bytes. */
const leastBytes = 16 * 1024;
/** What compresses well. */
const isText = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|yaml|javascript)\b|image\/svg)/;

const add = (reply: FastifyReply, name: string, value: string): void => {
  const before = reply.getHeader(name);
  reply.header(name, before === undefined ? value : `${String(before)}, ${value}`);
};

/** The encoding that a long answer is sent in, which is told; null where it is sent as it is. */
const encodingOf = (request: FastifyRequest, reply: FastifyReply): Encoding | null => {
  add(reply, 'vary', 'Accept-Encoding');
  const wish = request.headers['accept-encoding'];
  const encoding = typeof wish === 'string' ? likedEncoding(wish) : null;
  if (encoding === null) return null;
  reply.header('content-encoding', encoding.name);
  const tag = reply.getHeader('etag');
  if (typeof tag === 'string') reply.header('etag', encodedTag(tag, encoding.name));
  return encoding;
};

const compressWhole = async (request: FastifyRequest, reply: FastifyReply, payload: Buffer | string): Promise<Buffer | string> => {
  const encoding = encodingOf(request, reply);
  if (encoding === null) return payload;
  const bytes = await encoding.whole(payload);
  reply.header('content-length', bytes.length);
  return bytes;
};

async function* joined(pieces: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* pieces;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** Of an answer whose end is not there yet: what is short is sent as it is, with its length. */
const compressPieces = async (request: FastifyRequest, reply: FastifyReply, source: Readable): Promise<Buffer | Readable> => {
  const iterator: AsyncIterator<Buffer> = source[Symbol.asyncIterator]();
  const pieces: Buffer[] = [];
  for (let length = 0; length < leastBytes;) {
    const next = await iterator.next();
    if (next.done === true) return Buffer.concat(pieces);
    pieces.push(next.value);
    length += next.value.length;
  }
  const whole = Readable.from(joined(pieces, iterator), { objectMode: false });
  const encoder = encodingOf(request, reply)?.piecewise();
  // Whichever of the two fails or is given up ends the other; Fastify hears it of the one that it has.
  return encoder === undefined ? whole : pipeline(whole, encoder, () => undefined);
};

/** What is sent in the place of a payload; null where that is the payload. */
const compressed = (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<Buffer | Readable | string> | null => {
  const isThere = typeof payload === 'string' || Buffer.isBuffer(payload);
  if (isThere && payload.length < leastBytes) return null;
  if (reply.hasHeader('content-encoding') || !isText.test(String(reply.getHeader('content-type')))) return null;
  if (isThere) return compressWhole(request, reply, payload);
  // Of a file the length is known, and parts may be asked for.
  const isPieces = payload instanceof Readable && !reply.hasHeader('content-length') && request.method !== 'HEAD';
  return isPieces ? compressPieces(request, reply, payload) : null;
};

/** Compresses large answers as their callers would have them. What is small passes by untouched, and so does what is followed: that is no payload. */
export const compress = plugin({ name: 'compress', dependencies: [] }, (app) => {
  app.addHook('onSend', (request, reply, payload, done) => {
    const sent = compressed(request, reply, payload);
    if (sent === null) {
      done(null, payload);
      return;
    }
    sent.then(
      (bytes) => done(null, bytes),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  });
});
