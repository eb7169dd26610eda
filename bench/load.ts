/** Requests one after another on a few connections, and the bare server that they are sent to in turn. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import autocannon from 'autocannon';
import { plainEnv, useOf, type BenchDaemon } from './daemon.ts';
import { median } from './measure.ts';
import type { Scale } from './row.ts';

export interface Load {
  headers: Readonly<Record<string, string>>;
  method?: 'GET' | 'POST';
  body?: string;
  seconds: number;
}

/** The requests a second that are answered. @throws Error where one is refused */
const perSecond = async (url: string, { headers, method = 'GET', body, seconds }: Load): Promise<number> => {
  const options = { url, headers, method, duration: seconds, connections: 10, ...(body !== undefined && { body }) };
  const { requests, non2xx, errors } = await autocannon(options);
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} of the requests to ${url} failed`);
  return requests.average;
};

export interface BareServer {
  url: string;
  pid: number;
  /** From the spawn to the word that it listens, in milliseconds. */
  readyMs: number;
  stop: () => Promise<void>;
}

/** A file of bare/ in a process of its own, which writes its address when it listens. */
export const startBare = async (name: string, ...args: string[]): Promise<BareServer> => {
  const begun = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare', name), ...args], {
    env: plainEnv(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const [url]: unknown[] = await once(createInterface({ input: child.stdout }), 'line');
  const readyMs = performance.now() - begun;
  if (typeof url !== 'string' || child.pid === undefined) throw new Error(`${name} does not listen`);
  return {
    url,
    pid: child.pid,
    readyMs,
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
};

export interface Rates {
  ours: number;
  bare: number;
  /** The daemon's processor time for one request, in milliseconds. */
  cpuMs: number;
}

/** The medians of several rounds, both in turn. The first round of each, in which code is compiled, is not counted. */
export const compareRates = async (
  rounds: number,
  ours: Load & { url: string; pid: number },
  bare: Load & { url: string },
): Promise<Rates> => {
  const rates: Rates[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const bareRate = await perSecond(bare.url, bare);
    const before = useOf(ours.pid).cpuMs;
    const rate = await perSecond(ours.url, ours);
    const cpuMs = (useOf(ours.pid).cpuMs - before) / (rate * ours.seconds);
    if (round >= 0) rates.push({ ours: rate, bare: bareRate, cpuMs });
  }
  const of = (name: keyof Rates): number => median(rates.map((each) => each[name]));
  return { ours: of('ours'), bare: of('bare'), cpuMs: of('cpuMs') };
};

export const ratesText = ({ ours, bare, cpuMs }: Rates): string =>
  `${Math.round(ours)}/s against ${Math.round(bare)}/s; ${cpuMs.toFixed(2)} ms of the daemon's processor time each`;

/** A path read again and again, against bare Fastify that answers the same JSON from memory, each in a process of its own. */
export const compareReads = async ({ call, url, pid, headers }: BenchDaemon, home: string, path: string, scale: Scale): Promise<Rates> => {
  const answer = join(home, 'answer.json');
  writeFileSync(answer, JSON.stringify(await call('GET', path)));
  const bare = await startBare('task-server.ts', answer);
  try {
    const load = { headers, seconds: scale === 'full' ? 5 : 1 };
    return await compareRates(scale === 'full' ? 3 : 1, { ...load, url: url + path, pid }, { ...load, url: bare.url + path });
  } finally {
    await bare.stop();
  }
};
