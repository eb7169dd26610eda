import { readFileSync } from 'node:fs';
import { readDaemonFile } from '../typescript/home.ts';
import { connect } from '../typescript/index.ts';

/** The daemon of a home that takes requests. */
export interface RunningDaemon {
  pid: number;
  url: string;
  version: string;
}

/** What `daemon.json` says; null where there is none or it is about to be written. */
const readRunning = async (home: string): Promise<RunningDaemon | null> => {
  const { pid, url, version } = await readDaemonFile(home);
  return typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 && typeof url === 'string' && typeof version === 'string'
    ? { pid, url, version }
    : null;
};

/**
 * The daemon that answers on a home; null where none does, as where one that was killed has left its file behind. What that says is read
 * once more after the answer: who answered may have come in the place of one that was killed, whose number may be another process's by now.
 */
export const daemonAt = async (home: string): Promise<RunningDaemon | null> => {
  if ((await readRunning(home)) === null) return null;
  try {
    const makima = await connect({ home, retryMs: 0 });
    makima.close();
    return await readRunning(home);
  } catch {
    return null;
  }
};

/** Whether a process is one that has ended and that nobody has asked for yet. Where there is no /proc, process 1 asks at once. */
const isZombie = (pid: number): boolean => {
  try {
    return /^[^]*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** Whether there is such a process, and it runs. */
export const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return !isZombie(pid);
};
