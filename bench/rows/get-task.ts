import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { field, inScratch, startDaemon } from '../daemon.ts';
import { compareRates, ratesText, startBare } from '../load.ts';
import { plan } from '../tasks.ts';
import type { BenchRow, Scale } from '../row.ts';

/** One task read again and again, against bare Fastify that answers the same JSON from memory, each in a process of its own. */
export const run = async (scale: Scale): Promise<BenchRow[]> =>
  await inScratch(async (home) => {
    const daemon = await startDaemon(home, 'waits');
    try {
      const task = await daemon.call('POST', '/tasks', { name: 'bench', plan });
      const answer = join(home, 'answer.json');
      writeFileSync(answer, JSON.stringify(task));
      const bare = await startBare('task-server.ts', answer);
      try {
        const { headers, pid } = daemon;
        const path = `/tasks/${field(task, 'id')}`;
        const load = { headers, seconds: scale === 'full' ? 5 : 1 };
        const rates = await compareRates(
          scale === 'full' ? 3 : 1,
          { ...load, url: daemon.url + path, pid },
          { ...load, url: bare.url + path },
        );
        return [
          {
            name: 'GET /tasks/{id} against bare Fastify',
            value: rates.ours / rates.bare,
            unit: '×',
            target: { atLeast: 0.6 },
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
