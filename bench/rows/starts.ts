import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { agentPath, field, inScratch, startDaemon, type BenchDaemon } from '../daemon.ts';
import { compare, ms, timed } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';

const agent = agentPath('waits');

/** Spawns them from this process, until each has said its line. */
const bareSpawns = async (count: number): Promise<number> => {
  const children: ChildProcess[] = [];
  const time = await timed(async () => {
    await Promise.all(
      Array.from({ length: count }, async () => {
        const child = spawn(agent, ['-p', '--input-format', 'stream-json'], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
        children.push(child);
        child.stdin.write('{}\n');
        await once(child.stdout, 'data');
      }),
    );
  });
  await Promise.all(
    children.map(async (child) => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }),
  );
  return time;
};

const countRunning = async (daemon: BenchDaemon): Promise<number> => {
  const { items }: { items: unknown[] } = Object(await daemon.call('GET', '/tasks?status=running&limit=500'));
  return items.length;
};

const runAll = async (daemon: BenchDaemon, count: number): Promise<{ time: number; cpu: number }> => {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(field(await daemon.call('POST', '/tasks', { name: `t${n}`, plan: 'wait' }), 'id'));
  const before = daemon.use().cpuMs;
  const time = await timed(async () => {
    await Promise.all(ids.map((id) => daemon.call('POST', `/tasks/${id}/start`)));
    while ((await countRunning(daemon)) < count) await delay(20);
  });
  const cpu = daemon.use().cpuMs - before;
  await Promise.all(ids.map((id) => daemon.call('POST', `/tasks/${id}/stop`, {})));
  while ((await countRunning(daemon)) > 0) await delay(20);
  return { time, cpu };
};

const startsOf = async (count: number, rounds: number): Promise<{ ours: number; bare: number; cpu: number }> =>
  await inScratch(async (home) => {
    const daemon = await startDaemon(home, agent);
    try {
      let cpu = 0;
      const { ours, bare } = await compare(rounds, {
        bare: () => bareSpawns(count),
        ours: async () => {
          const round = await runAll(daemon, count);
          cpu = round.cpu;
          return round.time;
        },
      });
      return { ours, bare, cpu };
    } finally {
      await daemon.stop();
    }
  });

/** Tasks without a repository, started at once until all run, against the same agents spawned bare. */
export const run = async (scale: Scale): Promise<BenchRow[]> => {
  const [few, many, rounds] = scale === 'full' ? [20, 100, 3] : [3, 5, 1];
  const twenty = await startsOf(few, rounds);
  const hundred = await startsOf(many, 1);
  const words = ({ ours, bare }: { ours: number; bare: number }): string => `${ms(ours)} against ${ms(bare)}`;
  return [
    { name: `${few} tasks started at once`, value: twenty.ours / twenty.bare, unit: '×', target: { atMost: 4 }, detail: words(twenty) },
    { name: `${many} tasks started at once`, value: hundred.ours / hundred.bare, unit: '×', target: { atMost: 4 }, detail: words(hundred) },
    {
      name: `${many} starts: processor time`,
      value: hundred.cpu / 1000,
      unit: 's',
      target: { atMost: 5 },
      detail: 'of the daemon and its commands',
    },
  ];
};
