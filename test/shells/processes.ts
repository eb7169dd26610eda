/** What the tests of shells look at processes with. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a whole line in a file. */
export const awaited = async (file: string): Promise<string> => {
  while (!existsSync(file) || !readFileSync(file, 'utf8').endsWith('\n')) await delay(5);
  return readFileSync(file, 'utf8').trim();
};

/** A zombie waits for its parent and runs no more. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self') || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

/** Waits until none of them runs. */
export const gone = async (...pids: number[]): Promise<void> => {
  while (pids.some(isAlive)) await delay(5);
};

/** How many processes Node itself spawns meanwhile. */
export const spawnsOf = async (work: () => Promise<unknown>): Promise<number> => {
  let count = 0;
  const note = (): void => void (count += 1);
  subscribe('child_process', note);
  await work();
  unsubscribe('child_process', note);
  return count;
};
