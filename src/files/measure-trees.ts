import path from 'node:path';
import { Worker } from 'node:worker_threads';

/** What is below a directory. */
export interface Measured {
  /** On the disk; of a file with several names its share. */
  bytes: number;
  files: number;
  /** Of them git's loose objects. */
  loose: number;
  /** When any of them was last changed, by the system's own clock, in milliseconds since 1970: what a program can set is not what counts. The directory's own change is left out. */
  changedMs: number;
}

/**
 * Measures what is below each of some directories, one after the other in a thread that goes when they are done. One that is not there has nothing in it; nothing is followed.
 * @param signal - gives it up
 */
export const measureTrees = async (directories: readonly string[], signal?: AbortSignal): Promise<Measured[]> => {
  signal?.throwIfAborted();
  if (directories.length === 0) return [];
  const file = new URL(`./measure-worker${path.extname(import.meta.filename)}`, import.meta.url);
  const worker = new Worker(file, { execArgv: ['--disable-warning=ExperimentalWarning'], resourceLimits: { maxYoungGenerationSizeMb: 8 } });
  const { promise, resolve, reject } = Promise.withResolvers<Measured[]>();
  const found: Measured[] = [];
  const stop = (): void => reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
  signal?.addEventListener('abort', stop);
  worker.on('message', (measured: Measured) => {
    found.push(measured);
    if (found.length === directories.length) resolve(found);
  });
  worker.once('error', reject);
  worker.once('exit', () => reject(new Error('the thread that measures has ended')));
  worker.postMessage(directories);
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
};
