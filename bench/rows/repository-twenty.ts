import { join } from 'node:path';
import { inScratch, startDaemon } from '../daemon.ts';
import { addBare, makeRepository, placeToRemove, startTasks, waits } from '../large-repository.ts';
import { compare, ms } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';

/** Twenty worktrees of 20,000 small files, twice: what is removed in the background may still be there. */
const roomBytes = 6e9;

/** Tasks on a large repository, started at once until all run, against as many worktrees added one after another. */
export const run = (scale: Scale): Promise<BenchRow[]> => {
  const place = placeToRemove(roomBytes);
  return inScratch(async (root) => {
    const [files, count, rounds] = scale === 'full' ? [20_000, 20, 3] : [200, 3, 1];
    const user = join(root, 'user');
    makeRepository(user, files);
    const home = join(root, 'home');
    const daemon = await startDaemon(home, waits);
    try {
      await startTasks(daemon, home, user, 'removed');
      const before = daemon.use();
      const { ours, bare } = await compare(rounds, {
        bare: () => addBare(user, root, 'removed', count),
        ours: () => startTasks(daemon, home, user, 'removed', count),
      });
      const after = daemon.use();
      return [
        {
          name: `${count} starts at once on a repository`,
          value: ours / bare,
          unit: '×',
          target: { atMost: 1.1 },
          // a task that failed to start would have broken off the measurement
          detail: `${ms(ours)} against ${ms(bare)}, ${files} files in ${place}, all ${count} ran; ${ms((after.cpuMs - before.cpuMs) / rounds)} of processor time, ${Math.round(after.rss / 1e6)} MB`,
        },
      ];
    } finally {
      await daemon.stop();
    }
  }, place);
};
