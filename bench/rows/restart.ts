import { setTimeout as delay } from 'node:timers/promises';
import { field, inScratch, startDaemon, type BenchDaemon } from '../daemon.ts';
import { median, ms } from '../measure.ts';
import { makeTasks, plan } from '../tasks.ts';
import { inWords, type BenchRow, type Scale } from '../row.ts';

const runMany = async (daemon: BenchDaemon, count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) {
    const id = field(await daemon.call('POST', '/tasks', { name: `live ${n}`, plan }), 'id');
    await daemon.call('POST', `/tasks/${id}/start`);
  }
  for (let running = 0; running < count;) {
    await delay(100);
    const { items }: { items: unknown[] } = Object(await daemon.call('GET', '/tasks?status=running&limit=500'));
    running = items.length;
  }
};

/** From the start of the daemon after one that was killed, with agents at work and many tasks on record, to the word that it serves. */
export const run = async (scale: Scale): Promise<BenchRow[]> => {
  const [tasks, live, rounds] = scale === 'full' ? [10_000, 200, 3] : [200, 4, 1];
  return await inScratch(async (home) => {
    await makeTasks(home, tasks - live);
    let daemon = await startDaemon(home, 'waits', { MAKIMA_MAX_TASKS: '0' });
    try {
      await runMany(daemon, live);
      const times: number[] = [];
      const cpu: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        await daemon.stop('SIGKILL');
        daemon = await startDaemon(home, 'waits', { MAKIMA_MAX_TASKS: '0' });
        times.push(daemon.readyMs);
        cpu.push(daemon.use().cpuMs);
      }
      return [
        {
          name: `ready after a restart, ${live} live runs and ${inWords(tasks)} tasks`,
          value: median(times) / 1000,
          unit: 's',
          target: { atMost: 1 },
          detail: `${times.map(ms).join(', ')}; ${ms(median(cpu))} of the daemon's processor time; ${Math.round(daemon.use().rss / 1e6)} MB`,
        },
      ];
    } finally {
      await daemon.stop('SIGKILL');
    }
  });
};
