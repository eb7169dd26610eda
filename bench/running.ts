import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { field, useOf, type BenchDaemon } from './daemon.ts';

/** Starts so many tasks without a repository and waits until all run. @returns their ids */
export const startTasks = async (daemon: BenchDaemon, count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(field(await daemon.call('POST', '/tasks', { name: `t${n}`, plan: 'go' }), 'id'));
  await Promise.all(ids.map((id) => daemon.call('POST', `/tasks/${id}/start`)));
  for (;;) {
    const { items }: { items: unknown[] } = Object(await daemon.call('GET', '/tasks?status=running&limit=500'));
    if (items.length >= count) return ids;
    await delay(100);
  }
};

/** Processor time so far, in milliseconds, of all agents of a home with their wrappers. Zero where there is no /proc. */
export const agentsUse = (home: string): number => {
  if (process.platform !== 'linux') return 0;
  const sessions = new Set<string>();
  for (const run of readdirSync(join(home, 'runs')))
    sessions.add(String(JSON.parse(readFileSync(join(home, 'runs', run, 'handle.json'), 'utf8')).pid));
  let sum = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const session = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3] ?? '';
      if (sessions.has(session)) sum += useOf(Number(pid), false).cpuMs;
    } catch {
      // It has ended.
    }
  }
  return sum;
};

/** Reads a stream of events until `signal` fires. @param take - each chunk as it comes; of another's characters none is looked into */
export const readStream = async (daemon: BenchDaemon, path: string, signal: AbortSignal, take: (chunk: Buffer) => void): Promise<void> => {
  const { get } = await import('node:http');
  await new Promise<void>((resolve, reject) => {
    const request = get(`${daemon.url}${path}`, { headers: daemon.headers, agent: false, signal }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`GET ${path}: ${answer.statusCode}`));
      answer.on('data', take);
      answer.once('data', () => resolve());
      answer.on('error', () => undefined);
    });
    request.once('error', reject);
  });
};
