import { codeOf } from '../files/failure.ts';
import { platform, type ProcessInfo } from './platform/index.ts';

/**
 * Sends a signal to each of these processes that is still the same one, which is looked up right before: between a
 * census and its use a pid can pass to somebody else.
 * @throws what kill(2) says, other than that the process has ended or may not be signalled (it took another user's id)
 */
export const signalProcesses = async (processes: readonly ProcessInfo[], signal: NodeJS.Signals): Promise<void> => {
  const now = await platform.identify(processes.map(({ pid }) => pid));
  for (const { pid, startTime } of processes) {
    const found = now.get(pid);
    if (pid <= 1 || pid === process.pid || found === undefined || found.startTime !== startTime || found.state === 'zombie') continue;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'EPERM') throw error;
    }
  }
};
