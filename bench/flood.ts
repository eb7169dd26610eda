/** One agent that prints as fast as it can, and those who read it, over bare sockets so that reading costs little. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { agentPath, field, startDaemon, type BenchDaemon } from './daemon.ts';

/** What the agent of `agents/flood.ts` says last. */
const last = Buffer.from('flood-is-over');
const first = Buffer.from('Line 0 of');
/** From the last words to the end of what brings them. */
const tailBytes = 600;

export interface Reader {
  /** The first bytes have come. */
  begun: Promise<void>;
  /** The last line of the flood has come, at the end of what came. */
  over: Promise<void>;
  /** When the first and the last line came, by `performance.now()`. */
  firstAt: () => number;
  overAt: () => number;
  bytes: () => number;
  close: () => void;
}

/** Waits for the flood in what comes in pieces. */
export const watchFlood = (source: NodeJS.ReadableStream, close: () => void): Reader => {
  const begun = Promise.withResolvers<undefined>();
  const over = Promise.withResolvers<undefined>();
  let [bytes, firstAt, overAt] = [0, 0, 0];
  let tail: Buffer = Buffer.alloc(0);
  source.on('data', (piece: Buffer) => {
    begun.resolve(undefined);
    bytes += piece.length;
    if (firstAt === 0 && piece.includes(first)) firstAt = performance.now();
    tail = piece.length < tailBytes ? Buffer.concat([tail, piece]).subarray(-tailBytes) : piece.subarray(-tailBytes);
    if (overAt !== 0 || !tail.includes(last)) return;
    overAt = performance.now();
    over.resolve(undefined);
  });
  source.on('error', over.reject);
  source.on('close', () => over.reject(new Error(`a reader ended after ${bytes} bytes without the last line`)));
  over.promise.catch(() => undefined);
  return { begun: begun.promise, over: over.promise, firstAt: () => firstAt, overAt: () => overAt, bytes: () => bytes, close };
};

/** Reads an address without looking into the answer. */
export const openReader = (url: string, headers: Readonly<Record<string, string>> = {}): Reader => {
  const { hostname, port, host, pathname, search } = new URL(url);
  const socket = connect(Number(port), hostname);
  const lines = Object.entries({ host, connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`);
  return watchFlood(socket, () => socket.destroy());
};

export const floodingDaemon = (home: string, lines: number, env: Record<string, string> = {}): Promise<BenchDaemon> =>
  startDaemon(home, 'floods', { BENCH_NODE: process.execPath, BENCH_LINES: String(lines), MAKIMA_MAX_STREAMS: '2000', ...env });

/** A task whose agent waits for the word. */
export const startFlooder = async (
  daemon: BenchDaemon,
): Promise<{ id: string; events: string; go: () => Promise<void>; end: () => Promise<void> }> => {
  const id = field(await daemon.call('POST', '/tasks', { name: 'flood', plan: 'wait' }), 'id');
  await daemon.call('POST', `/tasks/${id}/start`);
  const events = `${daemon.url}/tasks/${id}/events`;
  const answer = await fetch(`${events}?types=output`, { headers: daemon.headers });
  if (answer.body === null) throw new Error('no stream');
  let text = '';
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes('scripted-model')) break;
  }
  const send = async (message: string): Promise<void> => {
    await daemon.call('POST', `/tasks/${id}/messages`, { message });
  };
  return {
    id,
    events,
    go: () => send('go'),
    async end() {
      await send('that is all');
      const whole = await fetch(`${events}?types=end`, { headers: daemon.headers });
      await whole.text();
    },
  };
};

/** The same program that writes the same lines to a file. */
export const bareFlood = (lines: number, file: string): { over: Promise<unknown> } => {
  const fd = openSync(file, 'a');
  const child = spawn(process.execPath, [agentPath('flood.ts'), String(lines)], { stdio: ['ignore', fd, 'inherit'] });
  closeSync(fd);
  return { over: once(child, 'exit') };
};

/** `bare/http-writer.ts` over a file. */
export const openBareServer = async (file: string): Promise<{ url: string; pid: number; stop: () => Promise<void> }> => {
  const script = new URL('bare/http-writer.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  for await (const port of createInterface({ input: child.stdout }))
    return {
      url: `http://127.0.0.1:${port}`,
      pid: child.pid ?? 0,
      async stop() {
        child.kill();
        await gone;
      },
    };
  throw new Error('the bare server ended before it served');
};
