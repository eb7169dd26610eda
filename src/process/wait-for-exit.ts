import { lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../files/failure.ts';
import { isOurs, type RunHandle } from './handle.ts';
import { exitFile } from './run-directory.ts';
import { openWake } from './wake.ts';

/** How a run ended: with a status (128 + n for signal n), or its wrapper is gone and nobody can tell. */
export type RunExit = { exitCode: number; reason: 'exited' } | { exitCode: null; reason: 'gone' };

/** The exit status that was recorded, null where there is none (yet). */
export const readExit = async (directory: string): Promise<number | null> => {
  const exit = join(directory, exitFile);
  // Asked most often while there is none: no file is opened for that, and no error made.
  if (lstatSync(exit, { throwIfNoEntry: false }) === undefined) return null;
  try {
    const text = (await readFile(exit, 'utf8')).trim();
    return /^\d{1,3}$/.test(text) ? Number(text) : null;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
};

/** Whether a run is over, and how; null while it is alive. For a run of another boot or with a pid used again: gone. */
export const exitNow = async (handle: RunHandle, directory: string): Promise<RunExit | null> => {
  // Alive first, then the status: the wrapper writes it before it ends.
  const alive = await isOurs(handle);
  const exitCode = await readExit(directory);
  if (exitCode !== null) return { exitCode, reason: 'exited' };
  return alive ? null : { exitCode: null, reason: 'gone' };
};

/**
 * Waits until the agent has ended. Processes that it left behind may still run and write: sweep, then let the
 * followers finish.
 * @param signal - gives up the wait
 * @throws the signal's reason
 */
export const waitForExit = async (handle: RunHandle, directory: string, signal?: AbortSignal): Promise<RunExit> => {
  const wake = openWake({ directory, name: exitFile }, { signal });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const exit = await exitNow(handle, directory);
      if (exit !== null) return exit;
      await wake.next();
    }
  } finally {
    wake.close();
  }
};
