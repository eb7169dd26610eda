import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { agentPath, field, inScratch, startDaemon, type BenchDaemon } from '../daemon.ts';
import { compare, median, ms, timed } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';
import { readStream } from '../running.ts';

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

/** Told of by the daemon itself: asking it again and again would be part of what is measured. @returns when so many more run */
const untilRunning = async (daemon: BenchDaemon, count: number): Promise<{ reached: Promise<void> }> => {
  const ending = new AbortController();
  let seen = 0;
  let text = '';
  let all = (): void => undefined;
  const running = new Promise<void>((resolve) => (all = resolve));
  await readStream(daemon, '/events?types=status', ending.signal, (chunk) => {
    const lines = (text + chunk.toString()).split('\n');
    text = lines.pop() ?? '';
    seen += lines.filter((line) => line.includes('"to":"running"')).length;
    if (seen >= count) all();
  });
  return { reached: running.finally(() => ending.abort()) };
};

const runAll = async (daemon: BenchDaemon, count: number): Promise<{ time: number; cpu: number }> => {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(field(await daemon.call('POST', '/tasks', { name: `t${n}`, plan: 'wait' }), 'id'));
  const running = await untilRunning(daemon, count);
  const before = daemon.use().cpuMs;
  const time = await timed(async () => {
    await Promise.all(ids.map((id) => daemon.call('POST', `/tasks/${id}/start`)));
    await running.reached;
  });
  const cpu = daemon.use().cpuMs - before;
  await Promise.all(ids.map((id) => daemon.call('POST', `/tasks/${id}/stop`, {})));
  while ((await countRunning(daemon)) > 0) await delay(20);
  return { time, cpu };
};

interface Starts {
  ours: number;
  bare: number;
  cpu: number;
}

const startsOf = async (daemon: BenchDaemon, count: number, rounds: number): Promise<Starts> => {
  const used: number[] = [];
  const { ours, bare } = await compare(rounds, {
    bare: () => bareSpawns(count),
    ours: async () => {
      const round = await runAll(daemon, count);
      used.push(round.cpu);
      return round.time;
    },
  });
  return { ours, bare, cpu: median(used) };
};

/** Tasks without a repository, started at once until all run, against the same agents spawned bare. */
export const run = async (scale: Scale): Promise<BenchRow[]> => {
  const [few, many, rounds] = scale === 'full' ? [20, 100, 5] : [3, 5, 1];
  // One daemon for all of it, which has run for a while as a user's has. Nothing is removed in between: ext4 makes new files slowly where others went a moment ago.
  const [twenty, hundred] = await inScratch(async (home) => {
    const daemon = await startDaemon(home, agent);
    try {
      return [await startsOf(daemon, few, rounds), await startsOf(daemon, many, rounds)];
    } finally {
      await daemon.stop();
    }
  });
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
