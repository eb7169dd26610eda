import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fastify from 'fastify';
import type { EventPayload } from '../../schemas/event.ts';
import { openEventLog, type EventLog } from '../../src/events/event-log.ts';
import { sendEvents } from '../../src/http/streams/event-stream.ts';
import type { BenchRow } from '../row.ts';

const count = 50_000;
const batch = 10;
const rounds = 3;
const id = '00000000-0000-4000-8000-000000000001';
const payload: EventPayload = {
  type: 'output',
  stream: 'stdout',
  content: JSON.stringify({ type: 'assistant', message: 'x'.repeat(250) }),
  jsonType: 'assistant',
};
const payloads = Array.from({ length: batch }, () => payload);
const end: EventPayload = { type: 'end', status: 'done' };
const forever = new AbortController().signal;

const seconds = async (work: () => Promise<void>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

const portOf = (server: Server): number => {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
};

const appendAll = (log: EventLog): void => {
  for (let n = 0; n < count; n += batch) log.append(id, payloads, { out: n });
  log.append(id, [end]);
};

const download = async (url: string): Promise<number> => {
  let bytes = 0;
  const request = get(url);
  const answer = await new Promise<NodeJS.ReadableStream>((resolve, reject) => request.once('response', resolve).once('error', reject));
  for await (const piece of answer) bytes += piece.length;
  return bytes;
};

/** Ours and the bare thing in turn; the best of each, since everything else on the machine only slows down. */
const compare = async (name: string, what: string, ours: () => Promise<void>, bare: () => Promise<void>): Promise<BenchRow> => {
  let best = [Infinity, Infinity] as const;
  for (let round = 0; round < rounds; round++) best = [Math.min(best[0], await seconds(ours)), Math.min(best[1], await seconds(bare))];
  const rate = (time: number): string => `${Math.round(count / time / 1000)}k/s`;
  return { name, value: best[0] / best[1], unit: '×', target: null, detail: `${rate(best[0])} events, ${what} ${rate(best[1])}` };
};

/** Appends, replay, live delivery and delivery over HTTP, each against the same bytes without makima. */
export const run = async (): Promise<BenchRow[]> => {
  const directory = mkdtempSync(join(tmpdir(), 'makima-bench-'));
  try {
    const log = openEventLog({ directory: join(directory, 'events'), now: () => new Date() });
    appendAll(log);
    const source = join(directory, 'events', `${id}.log`);
    const lines: Buffer[] = [];
    for await (const { json } of log.read(id, { after: 0, types: null, signal: forever })) lines.push(Buffer.from(`${json}\n`));
    const chunks = Array.from({ length: Math.ceil(lines.length / batch) }, (_, n) =>
      Buffer.concat(lines.slice(n * batch, (n + 1) * batch)),
    );
    const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const plain = join(directory, 'plain');

    const writePlain = (): void => {
      const fd = openSync(plain, 'a');
      for (const chunk of chunks) writeSync(fd, chunk);
      closeSync(fd);
    };

    const rows = [
      await compare(
        'append',
        'bare write(2) of the same bytes',
        async () => {
          log.remove(id);
          appendAll(log);
          return Promise.resolve();
        },
        async () => {
          rmSync(plain, { force: true });
          writePlain();
          return Promise.resolve();
        },
      ),
    ];

    const pump = async (file: string): Promise<void> => {
      // What a bare reader does at the least: read the bytes and find the lines.
      let found = 0;
      for await (const piece of createReadStream(file)) {
        if (!Buffer.isBuffer(piece)) throw new Error('no bytes');
        for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) found++;
      }
      if (found < count) throw new Error('lines are missing');
    };
    rows.push(
      await compare(
        'replay',
        'bare read into lines',
        async () => {
          let found = 0;
          for await (const event of log.follow(id, { after: 0, types: null, signal: forever })) found += event.json.length > 0 ? 1 : 0;
          if (found !== count + 1) throw new Error('events are missing');
        },
        () => pump(source),
      ),
    );

    rows.push(
      await compare(
        'append and live delivery, one reader',
        'bare write and tail -f',
        async () => {
          log.remove(id);
          const reading = (async () => {
            let found = 0;
            for await (const event of log.follow(id, { after: 0, types: null, signal: forever })) found += event.json.length > 0 ? 1 : 0;
            if (found !== count + 1) throw new Error('events are missing');
          })();
          for (let n = 0; n < count; n += batch) {
            log.append(id, payloads, { out: n });
            if (n % (batch * 50) === 0) await nextTurn();
          }
          log.append(id, [end]);
          await reading;
        },
        async () => {
          rmSync(plain, { force: true });
          closeSync(openSync(plain, 'w'));
          const tail = spawn('tail', ['-n', '+1', '-f', plain], { stdio: ['ignore', 'pipe', 'inherit'] });
          const closed = once(tail, 'close');
          const reading = (async () => {
            let bytes = 0;
            for await (const piece of tail.stdout) {
              bytes += Buffer.isBuffer(piece) ? piece.length : 0;
              if (bytes >= total) break;
            }
          })();
          const fd = openSync(plain, 'a');
          for (const [n, chunk] of chunks.entries()) {
            writeSync(fd, chunk);
            if (n % 50 === 0) await nextTurn();
          }
          closeSync(fd);
          await reading;
          tail.kill();
          await closed;
        },
      ),
    );

    const app = fastify({ forceCloseConnections: true });
    app.get('/', async (_request, reply) =>
      sendEvents(reply, log.follow(id, { after: 0, types: null, signal: forever }), { signal: forever }),
    );
    await app.listen({ port: 0, host: '127.0.0.1' });
    const bare = createServer((_request, response) => void createReadStream(source).pipe(response));
    bare.listen(0, '127.0.0.1');
    await once(bare, 'listening');
    try {
      rows.push(
        await compare(
          'replay as server-sent events over HTTP',
          'bare file over node:http',
          async () => {
            await download(`http://127.0.0.1:${portOf(app.server)}/`);
          },
          async () => {
            await download(`http://127.0.0.1:${portOf(bare)}/`);
          },
        ),
      );
    } finally {
      await app.close();
      bare.close();
      log.close();
    }
    return rows;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};
