import { setTimeout as delay } from 'node:timers/promises';
import { agentPath, field, inScratch, startDaemon } from '../daemon.ts';
import { median, ms, timed } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';

/** Tasks of which each has a running agent, stopped at once, until all are interrupted and no process of theirs is left. */
export const run = async (scale: Scale): Promise<BenchRow[]> =>
  await inScratch(async (home) => {
    const count = scale === 'full' ? 100 : 5;
    const daemon = await startDaemon(home, agentPath('waits'));
    const countIn = async (status: string): Promise<number> => {
      const { items }: { items: unknown[] } = Object(await daemon.call('GET', `/tasks?status=${status}&limit=500`));
      return items.length;
    };
    try {
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) ids.push(field(await daemon.call('POST', '/tasks', { name: `t${n}`, plan: 'wait' }), 'id'));
      const times: number[] = [];
      const cpus: number[] = [];
      for (let round = 0; round < (scale === 'full' ? 3 : 1); round += 1) {
        await Promise.all(ids.map((id) => daemon.call('POST', `/tasks/${id}/start`)));
        while ((await countIn('running')) < count) await delay(20);
        const before = daemon.use().cpuMs;
        times.push(
          await timed(async () => {
            await Promise.all(ids.map((id) => daemon.call('POST', `/tasks/${id}/stop`, {})));
            while ((await countIn('interrupted')) < count) await delay(20);
          }),
        );
        cpus.push(daemon.use().cpuMs - before);
      }
      const detail = `${ms(median(times) / count)} each, agents that end when they are asked to`;
      return [
        { name: `${count} tasks stopped at once`, value: median(times) / 1000, unit: 's', target: { atMost: 3 }, detail },
        {
          name: `${count} stops: processor time`,
          value: median(cpus) / 1000,
          unit: 's',
          target: null,
          detail: 'of the daemon and its commands',
        },
      ];
    } finally {
      await daemon.stop();
    }
  });
