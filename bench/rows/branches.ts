import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFamily } from '../family.ts';
import { median, ms, timed } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';

/** How subtasks stand to their parent: asked for the first time, again, and with one that has gone on. */
export const run = async (scale: Scale): Promise<BenchRow[]> => {
  const count = scale === 'full' ? 20 : 2;
  const rounds = scale === 'full' ? 5 : 1;
  return await withFamily(500, count, async ({ daemon, parent, children }) => {
    const ask = async (): Promise<number> =>
      await timed(async () => {
        await daemon.call('GET', `/tasks/${parent.id}/branches`);
        await daemon.call('GET', `/tasks/${parent.id}/merge/check`);
      });
    const first = await ask();
    const again: number[] = [];
    const one: number[] = [];
    const before = daemon.use().cpuMs;
    for (let round = 0; round < rounds; round += 1) again.push(await ask());
    const cpu = (daemon.use().cpuMs - before) / rounds;
    for (let round = 0; round < rounds; round += 1) {
      appendFileSync(join(children[round % count]?.path ?? '', 'more.txt'), `${round}\n`);
      one.push(await ask());
    }
    const row = (what: string, value: number, more = ''): BenchRow => ({
      name: `branches and check of ${count} subtasks${what}`,
      value: value / 1000,
      unit: 's',
      target: { atMost: 0.3 },
      detail: `${ms(value)}${more}`,
    });
    return [
      row(', the first time', first),
      row(', unchanged', median(again), `, ${ms(cpu)} of processor time`),
      row(', one changed', median(one)),
    ];
  });
};
