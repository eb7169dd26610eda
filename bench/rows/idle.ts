import { setTimeout as delay } from 'node:timers/promises';
import { inScratch, startDaemon, type BenchDaemon } from '../daemon.ts';
import type { BenchRow, Scale } from '../row.ts';
import { readStream, startTasks } from '../running.ts';

/** In percent of a core. */
const loadOf = async (daemon: BenchDaemon, milliseconds: number): Promise<number> => {
  const [begun, before] = [performance.now(), daemon.use().cpuMs];
  await delay(milliseconds);
  return ((daemon.use().cpuMs - before) / (performance.now() - begun)) * 100;
};

/** What a daemon costs whose agents all think, and whose readers all wait. */
export const run = async (scale: Scale): Promise<BenchRow[]> =>
  await inScratch(async (home) => {
    const [count, milliseconds] = scale === 'full' ? [100, 10_000] : [3, 1000];
    // Each agent is told of once when it was silent for 30 seconds; what is measured is the silence after that.
    const settling = scale === 'full' ? 33_000 : 500;
    const daemon = await startDaemon(home, 'waits');
    const ending = new AbortController();
    try {
      const empty = daemon.use().rss;
      const ids = await startTasks(daemon, count);
      await delay(settling);
      const load = await loadOf(daemon, milliseconds);
      const { rss } = daemon.use();
      for (const id of ids) await readStream(daemon, `/tasks/${id}/events`, ending.signal, () => undefined);
      await delay(scale === 'full' ? 6000 : 500);
      const readLoad = await loadOf(daemon, milliseconds / 2);
      const read = daemon.use().rss;
      const mb = (bytes: number): number => Math.round(bytes / 1e6);
      const silent = `${count} silent running tasks`;
      return [
        {
          name: `idle with ${silent}: processor`,
          value: load,
          unit: '%',
          target: { atMost: 1 },
          detail: `of a core, over ${milliseconds / 1000} s`,
        },
        {
          name: `idle with ${silent}: memory`,
          value: mb(rss),
          unit: 'MB',
          target: { atMost: 150 },
          detail: `${mb(empty)} MB before the first start`,
        },
        {
          name: `idle with ${silent} and as many readers: processor`,
          value: readLoad,
          unit: '%',
          target: { atMost: 1 },
          detail: `of a core; memory ${mb(read)} MB`,
        },
      ];
    } finally {
      ending.abort();
      await daemon.stop('SIGKILL');
    }
  });
