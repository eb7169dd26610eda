import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inScratch, startDaemon } from '../daemon.ts';
import { ms, percentile } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';
import { agentsUse, readStream, startTasks } from '../running.ts';

const printedAt = /printed_at\\":(\d+\.\d+)/g;
const now = (): number => performance.timeOrigin + performance.now();

/** From an agent's write(2) to a reader of its task's stream, or of everybody's, with many agents that print 20 lines a second each. */
export const run = async (scale: Scale): Promise<BenchRow[]> =>
  await inScratch(async (home) => {
    const [count, seconds] = scale === 'full' ? [100, 12] : [3, 1];
    const talk = join(home, 'talk');
    const daemon = await startDaemon(join(home, 'home'), 'talks', { BENCH_TALK: talk });
    const ending = new AbortController();
    try {
      const ids = await startTasks(daemon, count);
      let latencies: number[] = [];
      const take = (chunk: Buffer): void => {
        const arrived = now();
        for (const [, at] of chunk.toString('latin1').matchAll(printedAt)) latencies.push(arrived - Number(at));
      };
      // One reader of everything, as a page has it, and ten of one task each, as a script has it.
      for (const id of ids.slice(0, 10)) await readStream(daemon, `/tasks/${id}/events`, ending.signal, take);
      await readStream(daemon, '/events', ending.signal, take);
      writeFileSync(talk, '');
      await delay(scale === 'full' ? 3000 : 500);
      latencies = [];
      const [begun, before, agents] = [now(), daemon.use().cpuMs, agentsUse(join(home, 'home'))];
      await delay(seconds * 1000);
      const wall = now() - begun;
      const [cpu, theirs] = [daemon.use().cpuMs - before, agentsUse(join(home, 'home')) - agents];
      const lines = latencies.length;
      const rss = daemon.use().rss;
      rmSync(talk);
      const what = `${count} agents, ${Math.round(((lines * count) / (count + Math.min(10, count)) / wall) * 1000)} lines a second, ${lines} deliveries; the agents themselves take ${Math.round((theirs / wall) * 100)} % of a core`;
      return [
        {
          name: 'an agent’s line to a reader: median',
          value: percentile(latencies, 0.5),
          unit: 'ms',
          target: { atMost: 10 },
          detail: what,
        },
        {
          name: 'an agent’s line to a reader: 99th percentile',
          value: percentile(latencies, 0.99),
          unit: 'ms',
          target: { atMost: 50 },
          detail: `the longest ${ms(Math.max(...latencies.slice(0, 100_000)))}`,
        },
        {
          name: 'an agent’s line to a reader: processor',
          value: (cpu / wall) * 100,
          unit: '%',
          target: { atMost: 30 },
          detail: `of a core, for the daemon; its memory ${Math.round(rss / 1e6)} MB`,
        },
      ];
    } finally {
      ending.abort();
      await daemon.stop('SIGKILL');
    }
  });
