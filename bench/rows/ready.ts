import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inScratch, startDaemon, useOf } from '../daemon.ts';
import { startBare } from '../load.ts';
import { median, ms } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';

const start = async (env: Record<string, string>) =>
  await inScratch(async (home) => {
    const daemon = await startDaemon(home, 'waits', env);
    const { rss } = daemon.use();
    await daemon.stop();
    return { readyMs: daemon.readyMs, rss };
  });

const startBareApp = async () => {
  const bare = await startBare('app.mjs');
  const { rss } = useOf(bare.pid);
  await bare.stop();
  return { readyMs: bare.readyMs, rss };
};

/**
 * From the spawn to the word that it serves, on a home that is not there yet, against a bare Fastify app; and what both hold then. The
 * daemon has been started before, so that its code is compiled; bare Node keeps none.
 */
export const run = async (scale: Scale): Promise<BenchRow[]> => {
  const cache = mkdtempSync(join(tmpdir(), 'mkb-cache-'));
  try {
    const env = { XDG_CACHE_HOME: cache };
    const cold = await start(env);
    const ours: Awaited<ReturnType<typeof start>>[] = [];
    const bare: typeof ours = [];
    for (let round = 0; round < (scale === 'full' ? 15 : 1); round += 1) {
      bare.push(await startBareApp());
      ours.push(await start(env));
    }
    const of = (runs: typeof ours, name: 'readyMs' | 'rss'): number => median(runs.map((each) => each[name]));
    const [ourMs, bareMs] = [of(ours, 'readyMs'), of(bare, 'readyMs')];
    return [
      {
        name: 'ready on an empty home, against a bare Fastify app',
        value: ourMs / bareMs,
        unit: '×',
        target: { atMost: 2 },
        detail: `${ms(ourMs)} against ${ms(bareMs)}; ${ms(cold.readyMs)} the first time, before its code is compiled`,
      },
      {
        name: 'memory on an empty home',
        value: of(ours, 'rss') / 1e6,
        unit: 'MB',
        target: { atMost: 110 },
        detail: `a bare Fastify app has ${Math.round(of(bare, 'rss') / 1e6)} MB`,
      },
    ];
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
};
