import { field, inScratch, startDaemon } from '../daemon.ts';
import { compareReads, ratesText } from '../load.ts';
import { plan } from '../tasks.ts';
import type { BenchRow, Scale } from '../row.ts';

/** One task read again and again. */
export const run = async (scale: Scale): Promise<BenchRow[]> =>
  await inScratch(async (home) => {
    const daemon = await startDaemon(home, 'waits');
    try {
      const task = await daemon.call('POST', '/tasks', { name: 'bench', plan });
      const rates = await compareReads(daemon, home, `/tasks/${field(task, 'id')}`, scale);
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
      await daemon.stop();
    }
  });
