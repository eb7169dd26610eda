import type { ProcessInfo, ProcessPlatform } from './process-table.ts';

/**
 * Asks for one process at a time, and for all that are asked for in one turn of the event loop together: where that takes a `ps`, it
 * is one for all runs.
 */
export const identifyTogether = (platform: Pick<ProcessPlatform, 'identify'>): ((pid: number) => Promise<ProcessInfo | undefined>) => {
  let pids: number[] = [];
  let asked: Promise<Map<number, ProcessInfo>> | null = null;
  const ask = async (): Promise<Map<number, ProcessInfo>> => {
    await new Promise((resolve) => setImmediate(resolve));
    const together = pids;
    pids = [];
    asked = null;
    return await platform.identify(together);
  };
  return async (pid) => {
    pids.push(pid);
    asked ??= ask();
    return (await asked).get(pid);
  };
};
