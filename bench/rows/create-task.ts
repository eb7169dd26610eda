import { join } from 'node:path';
import { inScratch, startDaemon } from '../daemon.ts';
import { compareRates, ratesText, startBare } from '../load.ts';
import { plan } from '../tasks.ts';
import type { BenchRow, Scale } from '../row.ts';

/** Tasks made, against bare Fastify that stores each body in one SQLite transaction, as durably. */
export const run = async (scale: Scale): Promise<BenchRow[]> =>
  await inScratch(async (home) => {
    const daemon = await startDaemon(home, 'waits', { MAKIMA_MAX_TASKS: '0' });
    const bare = await startBare('task-server.ts', '', join(home, 'bare.sqlite'));
    try {
      const load = {
        method: 'POST' as const,
        headers: { ...daemon.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'bench', plan }),
        seconds: scale === 'full' ? 5 : 1,
      };
      const rates = await compareRates(
        scale === 'full' ? 3 : 1,
        { ...load, url: `${daemon.url}/tasks`, pid: daemon.pid },
        { ...load, url: `${bare.url}/tasks` },
      );
      return [
        {
          name: 'POST /tasks against one SQLite transaction each',
          value: rates.ours / rates.bare,
          unit: '×',
          target: { atLeast: 0.4 },
          detail: ratesText(rates),
        },
      ];
    } finally {
      await bare.stop();
      await daemon.stop();
    }
  });
