import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { plugin } from '../plugin.ts';
import { encodedTag } from './entity-tag.ts';

/** What is shorter is sent before it would be compressed, in bytes. */
const leastBytes = 16 * 1024;
/** What compresses well. Streams are never compressed: a line would wait for the next ones. */
const isText = /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|yaml|javascript)\b|image\/svg)/;

/** Fast ones, for answers that are made once: these take a tenth of the time of the best. */
const brotliQuality = 4;
const gzipLevel = 5;

type Compress = (bytes: Buffer | string) => Promise<Buffer>;

const brotli: Compress = (bytes) =>
  promisify(zlib.brotliCompress)(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: brotliQuality } });
const gzip: Compress = (bytes) => promisify(zlib.gzip)(bytes, { level: gzipLevel });

/** What a caller may take, the best first. Not every Node that will do has zstd. */
const encodings: ReadonlyMap<string, Compress> = new Map<string, Compress>([
  ...('zstdCompress' in zlib ? ([['zstd', promisify(zlib.zstdCompress)]] as const) : []),
  ['br', brotli],
  ['gzip', gzip],
]);

/** How much a caller likes each encoding, from 0 for not at all to 1, by its `Accept-Encoding`. */
const readWishes = (header: string): ReadonlyMap<string, number> =>
  new Map(
    header.split(',').map((wish) => {
      const [name = '', ...parameters] = wish.toLowerCase().split(';');
      const weight = parameters.map((each) => /^\s*q=([\d.]+)\s*$/.exec(each)?.[1]).find((each) => each !== undefined);
      return [name.trim(), weight === undefined ? 1 : Number(weight)];
    }),
  );

/** The encoding that the caller likes best, of several the one that is best here; null where it likes the answer better as it is. */
const liked = (header: string): string | null => {
  const wishes = readWishes(header);
  const likes = (name: string): number => wishes.get(name) ?? wishes.get('*') ?? 0;
  const best = [...encodings.keys()].reduce((first, each) => (likes(each) > likes(first) ? each : first));
  return likes(best) > 0 && likes(best) >= (wishes.get('identity') ?? 0) ? best : null;
};

const add = (reply: FastifyReply, name: string, value: string): void => {
  const before = reply.getHeader(name);
  reply.header(name, before === undefined ? value : `${String(before)}, ${value}`);
};

/** What is made of an answer; null where it is sent as it is. */
const compressed = async (request: FastifyRequest, reply: FastifyReply, payload: Buffer | string): Promise<Buffer | null> => {
  if (reply.hasHeader('content-encoding') || !isText.test(String(reply.getHeader('content-type')))) return null;
  add(reply, 'vary', 'Accept-Encoding');
  const wish = request.headers['accept-encoding'];
  const encoding = typeof wish === 'string' ? liked(wish) : null;
  const bytes = encoding === null ? undefined : await encodings.get(encoding)?.(payload);
  if (encoding === null || bytes === undefined) return null;
  reply.header('content-encoding', encoding).header('content-length', bytes.length);
  const tag = reply.getHeader('etag');
  if (typeof tag === 'string') reply.header('etag', encodedTag(tag, encoding));
  return bytes;
};

/** Compresses large answers as their callers would have them. What is small, and a stream, passes by untouched. */
export const compress = plugin({ name: 'compress', dependencies: [] }, (app) => {
  app.addHook('onSend', (request, reply, payload, done) => {
    const isLong = (typeof payload === 'string' || Buffer.isBuffer(payload)) && payload.length >= leastBytes;
    if (!isLong) {
      done(null, payload);
      return;
    }
    compressed(request, reply, payload).then(
      (bytes) => done(null, bytes ?? payload),
      (error: unknown) => {
        request.log.warn({ err: error }, 'an answer could not be compressed');
        done(null, payload);
      },
    );
  });
});
