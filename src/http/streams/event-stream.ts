import type { FastifyReply } from 'fastify';
import { MakimaError, messageOf } from '../../errors.ts';
import type { EventChunk, EventFeed, Framing } from '../../tasks/actions.ts';
import { PacedWriter, type Written } from './paced-writer.ts';
import { pump, takeOver, type Alive } from './pump.ts';

export interface StreamOptions {
  /** Fires when the client has left or the daemon ends: the answer ends then, whatever the source does. */
  signal: AbortSignal;
  /** Milliseconds between the comments of an event stream, by which a dead connection is found out; 15 s if not given. */
  commentEveryMs?: number;
}

/** After a break an EventSource waits so long before it comes again, in milliseconds. */
const retryMs = 1000;
const comment = Buffer.from(': still here\n\n');

const asEvents: Framing = {
  name: 'events',
  beforeId: 'id: ',
  isNamed: true,
  beforeJson: (type) => `\nevent: ${type}\ndata: `,
  afterJson: '\n\n',
};
const asLines: Framing = { name: 'lines', beforeId: null, beforeJson: () => '', afterJson: '\n' };

/** The bytes of events, which are the writer's until the client has them. */
const written = (chunk: EventChunk, framing: Framing): Written => ({ bytes: chunk.framed(framing), done: chunk.hold() });

/** What of the events is passed on: their bytes. */
type Chunks = Pick<EventFeed, 'chunks' | 'begin'>;

/**
 * What a client is told where the source fails in the middle. Events that were deleted before a slow reader came to them are
 * an event of their own, without an id: the client sees the gap, and a new connection from where it was is answered with 410.
 */
const failureFrame = (error: unknown): string => {
  if (error instanceof MakimaError && error.code === 'EVENTS_GONE')
    return `event: gap\ndata: ${JSON.stringify({ type: 'gap', code: error.code, message: error.message, ...error.details })}\n\n`;
  return `: ${messageOf(error).replaceAll(/\s+/g, ' ')}\n\n`;
};

/**
 * Answers with server-sent events as the HTML standard has them: `id`, `event` and `data` of each, a comment line in silence, a retry
 * hint at first, with the id from which the stream begins where the client could not know it. The headers go out at once; the source must have thrown before it was handed over, since later the status is sent.
 * A failure in the middle ends the stream after a comment that names it, or after an event `gap` where events were deleted: the
 * client comes again with Last-Event-ID and gets the answer.
 * @returns the reply, for the handler to return; the stream goes on by itself
 */
export const sendEvents = (reply: FastifyReply, source: Chunks, options: StreamOptions): FastifyReply => {
  takeOver(reply, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  const writer = new PacedWriter(reply.raw, options.signal);
  if (reply.request.method === 'HEAD') {
    writer.end();
    return reply;
  }
  const begin = source.begin === undefined ? '' : `id: ${source.begin}\n`;
  writer.add({ bytes: Buffer.from(`retry: ${retryMs}\n${begin}\n`) });
  writer.flush();
  void pump(reply, writer, {
    iterator: source.chunks[Symbol.asyncIterator](),
    frame: (chunk) => written(chunk, asEvents),
    signal: options.signal,
    alive: { text: () => comment, everyMs: options.commentEveryMs ?? 15_000, inSilenceOnly: false },
    failureText: failureFrame,
  });
  return reply;
};

/** An answer whose source ends. */
interface Live extends Pick<StreamOptions, 'signal'> {
  /** The source goes on with what is yet to come. */
  live?: boolean;
}

/** @returns null where the promise has not settled in time */
const within = async <T>(promise: Promise<T>, milliseconds: number): Promise<T | null> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, milliseconds, null)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/** What is yet to come may not come for long: so long the answer waits for its first item, in milliseconds, since an error is a normal answer until then. */
const firstItemMs = 1000;

/**
 * Answers with a source that ends. An error before its first item, before the first sign of life, or in the first second of one that waits for
 * what is yet to come, is thrown, to become a normal answer; a later one breaks the connection off.
 */
const sendFinite = async <T>(
  reply: FastifyReply,
  source: AsyncIterable<T>,
  frame: (item: T) => Written,
  contentType: string,
  { signal, live = false, alive }: Live & { alive?: Alive | undefined },
): Promise<FastifyReply> => {
  const iterator = source[Symbol.asyncIterator]();
  const awaited = iterator.next();
  const waitedMs = Math.min(alive?.everyMs ?? firstItemMs, firstItemMs);
  const first = live ? await within(awaited, waitedMs) : await awaited;
  takeOver(reply, { 'content-type': contentType, 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  const writer = new PacedWriter(reply.raw, signal);
  if (first === null && reply.request.method !== 'HEAD') {
    awaited.catch(() => undefined); // The pump's failure, unless the client has left meanwhile.
    reply.raw.flushHeaders();
    void pump(reply, writer, { iterator, awaited, waitedMs, frame, signal, alive, failureText: null });
    return reply;
  }
  if (first !== null && first.done !== true && reply.request.method !== 'HEAD') {
    const wait = writer.add(frame(first.value));
    void (wait ? writer.ready() : Promise.resolve()).then(() => pump(reply, writer, { iterator, frame, signal, alive, failureText: null }));
    return reply;
  }
  writer.end();
  await iterator.return?.();
  return reply;
};

/**
 * Answers with one event's JSON a line.
 * @throws what the source throws before its first event
 */
export const sendNdjson = (reply: FastifyReply, source: Chunks, options: Live): Promise<FastifyReply> =>
  sendFinite(reply, source.chunks, (chunk) => written(chunk, asLines), 'application/x-ndjson; charset=utf-8', options);

/** Below the minute after which proxies give up a connection on which nothing comes. */
const textSilenceMs = 50_000;
const inWords = (milliseconds: number): string =>
  milliseconds < 120_000 ? `${Math.round(milliseconds / 1000)} s` : `${Math.round(milliseconds / 60_000)} min`;

/**
 * Answers with plain text as it comes; pieces bring their own newlines. Plain text has no comment: where the source may be silent
 * for long, a line of its own says that nothing came, which no later reading has.
 * @throws what the source throws before its first piece
 */
export const sendText = (
  reply: FastifyReply,
  source: AsyncIterable<string>,
  { signal, live = false, silenceMs = textSilenceMs }: Live & { silenceMs?: number },
): Promise<FastifyReply> => {
  let isMidLine = false;
  const text = (silentMs: number): Buffer => {
    const words = `${isMidLine ? '\n' : ''}[makima] nothing new for ${inWords(silentMs)}\n`;
    isMidLine = false;
    return Buffer.from(words);
  };
  const alive = live ? { text, everyMs: silenceMs, inSilenceOnly: true } : undefined;
  const frame = (piece: string): Written => {
    isMidLine = !piece.endsWith('\n');
    return { bytes: Buffer.from(piece) };
  };
  return sendFinite(reply, source, frame, 'text/plain; charset=utf-8', { signal, live, alive });
};
