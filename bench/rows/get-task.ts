import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import Fastify from 'fastify';
import pino from 'pino';
import { loadConfig } from '../../src/config/config.ts';
import { startApp } from '../../src/main/app.ts';
import type { BenchRow } from '../row.ts';

const seconds = 4;
const token = 'a'.repeat(64);
const base = '/api/v1/mesh';

const perSecond = async (url: string, headers: Record<string, string>): Promise<number> => {
  const { requests, non2xx } = await autocannon({ url, headers, duration: seconds, connections: 10 });
  if (non2xx > 0) throw new Error(`${non2xx} answers of ${url} were errors`);
  return requests.average;
};

/** Reading one task over the whole daemon, against bare Fastify that answers the same bytes. */
export const run = async (): Promise<BenchRow[]> => {
  const home = await mkdtemp(join(tmpdir(), 'makima-bench-'));
  const { config } = loadConfig({ MAKIMA_HOME: home, MAKIMA_PORT: '0' }, { homedir: home });
  const app = await startApp({ config, logger: pino({ level: 'silent' }), ownerToken: token });
  const bare = Fastify();
  try {
    const headers = { authorization: `Bearer ${token}` };
    const made = await fetch(`${app.url}${base}/tasks`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'bench', plan: 'x'.repeat(2000) }),
    });
    const task: unknown = await made.json();
    const path = `${base}/tasks/${String(Reflect.get(Object(task), 'id'))}`;
    bare.get(path, (_request, reply) => reply.send(task));
    const bareUrl = await bare.listen({ host: '127.0.0.1', port: 0 });
    const theirs = await perSecond(bareUrl + path, headers);
    const ours = await perSecond(app.url + path, headers);
    return [
      {
        name: 'GET /tasks/{id} against bare Fastify',
        value: ours / theirs,
        unit: '×',
        target: { atLeast: 0.6 },
        detail: `${Math.round(ours)}/s against ${Math.round(theirs)}/s`,
      },
    ];
  } finally {
    await bare.close();
    await app.close();
    await rm(home, { recursive: true, force: true });
  }
};
