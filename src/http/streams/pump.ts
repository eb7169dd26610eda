import type { FastifyReply } from 'fastify';
import type { PacedWriter, Written } from './paced-writer.ts';

/** What is sent where the source says nothing, so that neither a proxy nor the client takes the connection for dead. */
export interface Alive {
  text: (silentMs: number) => Buffer;
  everyMs: number;
  /** Each item puts it off; else it comes every so often in any case. */
  inSilenceOnly: boolean;
}

interface Pumped<T> {
  iterator: AsyncIterator<T>;
  /** The first item, where it was asked for already and had not come in so many milliseconds. */
  awaited?: Promise<IteratorResult<T>> | undefined;
  waitedMs?: number;
  frame: (item: T) => Written;
  signal: AbortSignal;
  alive?: Alive | undefined;
  /** What the client is told where the source fails in the middle; null breaks the connection off. */
  failureText: ((error: unknown) => string) | null;
}

/** Takes the answer over from Fastify, with the headers that were set on the reply: hijacking alone would lose those of CORS. */
export const takeOver = (reply: FastifyReply, headers: Record<string, string>): void => {
  const own = Object.entries(reply.getHeaders());
  reply.hijack();
  reply.raw.on('error', (error) => reply.log.info({ err: error }, 'the connection of a stream broke'));
  if (reply.raw.destroyed) return;
  for (const [name, value] of own) if (value !== undefined) reply.raw.setHeader(name, value);
  reply.raw.writeHead(200, headers);
};

/** Passes the source on until it ends, the signal fires or the client is gone. Never rejects. */
export const pump = async <T>(
  reply: FastifyReply,
  writer: PacedWriter,
  { iterator, awaited, waitedMs = 0, frame, signal, alive, failureText }: Pumped<T>,
): Promise<void> => {
  const { raw } = reply;
  const over = (): boolean => signal.aborted || raw.destroyed;
  let silentMs = 0;
  const tick = ({ text, everyMs }: Alive): void => {
    silentMs += everyMs;
    if (writer.idle && !over()) writer.add({ bytes: text(silentMs) });
  };
  const timer = alive && setInterval(tick, alive.everyMs, alive);
  if (alive !== undefined && waitedMs >= alive.everyMs) tick(alive);
  let stop = (): void => undefined;
  // A source may be parked on something that never comes: neither it nor its return() is waited for once the client is gone.
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  let whole = false;
  const isWhole = (): boolean => whole;
  const pass = async (): Promise<void> => {
    while (!over()) {
      const item = await (awaited ?? iterator.next());
      awaited = undefined;
      silentMs = 0;
      if (alive?.inSilenceOnly === true) timer?.refresh();
      whole = item.done === true && !signal.aborted;
      if (item.done === true || over()) return;
      if (writer.add(frame(item.value))) await writer.ready();
    }
  };
  raw.on('close', stop);
  signal.addEventListener('abort', stop);
  try {
    if (!over()) await Promise.race([pass(), stopped]);
    // Half of an answer that ends in order would be taken for the whole; a stream of events is resumed by its client.
    if (isWhole() || failureText !== null) writer.end();
    else writer.cut();
  } catch (error) {
    reply.log.warn({ err: error }, 'a stream was cut off');
    if (failureText !== null && !over()) writer.add({ bytes: Buffer.from(failureText(error)) });
    if (failureText === null) writer.cut();
    else writer.end();
  } finally {
    clearInterval(timer);
    raw.off('close', stop);
    signal.removeEventListener('abort', stop);
    Promise.resolve(iterator.return?.()).catch((error: unknown) =>
      reply.log.warn({ err: error }, 'the source of a stream could not be closed'),
    );
  }
};
