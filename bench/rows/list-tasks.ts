import { inScratch, startDaemon } from '../daemon.ts';
import { compareReads, ratesText } from '../load.ts';
import { inWords, type BenchRow, type Scale } from '../row.ts';
import { makeTasks } from '../tasks.ts';

/** A page of 50 tasks of many. */
export const run = async (scale: Scale): Promise<BenchRow[]> =>
  await inScratch(async (home) => {
    const count = scale === 'full' ? 10_000 : 200;
    await makeTasks(home, count);
    const daemon = await startDaemon(home, 'waits');
    try {
      const rates = await compareReads(daemon, home, '/tasks?limit=50', scale);
      return [
        {
          name: `GET /tasks, 50 of ${inWords(count)}, against bare Fastify`,
          value: rates.ours / rates.bare,
          unit: '×',
          target: { atLeast: 0.3 },
          detail: ratesText(rates),
        },
      ];
    } finally {
      await daemon.stop();
    }
  });
