import { createTogether } from '../../domain/together.ts';
import type { ProcessInfo, ProcessPlatform } from './process-table.ts';

/**
 * Asks for one process at a time, and for all that are asked for in one turn of the event loop together: where that takes a `ps`, it
 * is one for all runs.
 */
export const identifyTogether = (platform: Pick<ProcessPlatform, 'identify'>): ((pid: number) => Promise<ProcessInfo | undefined>) => {
  let pids: number[] = [];
  const ask = createTogether(
    async () => {
      const together = pids;
      pids = [];
      return await platform.identify(together);
    },
    () => new Promise((resolve) => setImmediate(resolve)),
  );
  return async (pid) => {
    pids.push(pid);
    return (await ask()).get(pid);
  };
};
