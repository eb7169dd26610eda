import { join } from 'node:path';
import { inScratch, startDaemon } from '../daemon.ts';
import { addBare, makeRepository, startTasks, untilPrepared, waits } from '../large-repository.ts';
import { compare, median, ms } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';

/** The start of a task on a large repository, from the request until it runs, against `git worktree add` and a spawn. */
export const run = (scale: Scale): Promise<BenchRow[]> =>
  inScratch(async (root) => {
    const files = scale === 'full' ? 20_000 : 200;
    const rounds = scale === 'full' ? 5 : 1;
    const user = join(root, 'user');
    makeRepository(user, files);
    const bare = (): Promise<number> => addBare(user, root, 'kept');
    const homes = Array.from({ length: 9 }, (_, number) => join(root, `home-${number}`));
    const first = await compare(scale === 'full' ? 3 : 1, {
      bare,
      ours: async (round) => {
        const home = homes[round] ?? '';
        const daemon = await startDaemon(home, waits, { MAKIMA_PREPARED_WORKTREES: '0' });
        try {
          // its first task of all, so that not the loading of modules is measured
          await startTasks(daemon, home, 'new://', 'kept');
          return await startTasks(daemon, home, user, 'kept');
        } finally {
          await daemon.stop();
        }
      },
    });
    const [ordinaryHome = '', preparingHome = ''] = homes.slice(-2);
    const ordinary = await startDaemon(ordinaryHome, waits, { MAKIMA_PREPARED_WORKTREES: '0' });
    await startTasks(ordinary, ordinaryHome, user, 'kept');
    const before = ordinary.use().cpuMs;
    const later = await compare(rounds, { bare, ours: () => startTasks(ordinary, ordinaryHome, user, 'kept') });
    const cpu = (ordinary.use().cpuMs - before) / rounds;
    await ordinary.stop();
    const preparing = await startDaemon(preparingHome, waits);
    await startTasks(preparing, preparingHome, user, 'kept');
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await untilPrepared(preparing, 2);
      times.push(await startTasks(preparing, preparingHome, user, 'kept'));
    }
    await preparing.stop();
    const prepared = { ours: median(times), bare: later.bare };
    const words = (of: { ours: number; bare: number }): string => `${ms(of.ours)} against ${ms(of.bare)}, ${files} files`;
    return [
      { name: 'first start on a repository', value: first.ours / first.bare, unit: '×', target: { atMost: 1.15 }, detail: words(first) },
      {
        name: 'later start on a repository',
        value: later.ours / later.bare,
        unit: '×',
        target: { atMost: 1.15 },
        detail: `${words(later)}; ${ms(cpu)} of processor time`,
      },
      {
        name: 'start with a prepared worktree',
        value: prepared.ours / prepared.bare,
        unit: '×',
        target: { atMost: 0.1 },
        detail: words(prepared),
      },
      {
        name: 'start with a prepared worktree, until it runs',
        value: prepared.ours,
        unit: 'ms',
        target: { atMost: 100 },
        detail: `${files} files`,
      },
    ];
  });
