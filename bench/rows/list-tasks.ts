import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inScratch, startDaemon } from '../daemon.ts';
import { compareRates, ratesText, startBare } from '../load.ts';
import { makeTasks } from '../tasks.ts';
import type { BenchRow, Scale } from '../row.ts';

const path = '/tasks?limit=50';

/** A page of 50 tasks of many, against bare Fastify that answers the same JSON from memory. */
export const run = async (scale: Scale): Promise<BenchRow[]> =>
  await inScratch(async (home) => {
    const count = scale === 'full' ? 10_000 : 200;
    await makeTasks(home, count);
    const daemon = await startDaemon(home, 'waits');
    try {
      const answer = join(home, 'answer.json');
      writeFileSync(answer, JSON.stringify(await daemon.call('GET', path)));
      const bare = await startBare('task-server.ts', answer);
      try {
        const { headers, pid } = daemon;
        const load = { headers, seconds: scale === 'full' ? 5 : 1 };
        const rates = await compareRates(
          scale === 'full' ? 3 : 1,
          { ...load, url: daemon.url + path, pid },
          { ...load, url: bare.url + path },
        );
        return [
          {
            name: 'GET /tasks, 50 of 10,000, against bare Fastify',
            value: rates.ours / rates.bare,
            unit: '×',
            target: { atLeast: 0.3 },
            detail: ratesText(rates),
          },
        ];
      } finally {
        await bare.stop();
      }
    } finally {
      await daemon.stop();
    }
  });
