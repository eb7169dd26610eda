/**
 * A run is a directory, `runs/<runId>/`, which needs no daemon to live:
 *
 *   in            FIFO: the agent's standard input
 *   out, err      what it wrote
 *   handle.json   which process it is; there before the agent starts
 *   exit          its exit status; there when it has ended
 *   messages/     NNNNNN.msg: waits for the agent; .done: handed over; .failed: the agent takes no input any more;
 *                 NNNNNN-<hash>: one with an id, which is not taken twice;
 *                 close: nothing follows; bell: FIFO, rung when there is something new in here
 *   orchestrate.sh  of an orchestrator's run: the helper script, where no `git clean` of the agent reaches it
 */
import { chmod, lstat, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MakimaError, messageOf } from '../errors.ts';
import { codeOf } from '../files/failure.ts';
import { run } from '../shells/run.ts';

/** The absolute paths of everything in a run's directory. */
export interface RunPaths {
  directory: string;
  in: string;
  out: string;
  err: string;
  exit: string;
  handle: string;
  messages: string;
  close: string;
  bell: string;
}

/** The name of the file that holds a run's exit status. */
export const exitFile = 'exit';

/** Where the parts of a run are. */
export const runPaths = (directory: string): RunPaths => ({
  directory,
  in: join(directory, 'in'),
  out: join(directory, 'out'),
  err: join(directory, 'err'),
  exit: join(directory, exitFile),
  handle: join(directory, 'handle.json'),
  messages: join(directory, 'messages'),
  close: join(directory, 'messages', 'close'),
  bell: join(directory, 'messages', 'bell'),
});

/**
 * The directory of a run.
 * @param runsDir - absolute
 * @throws MakimaError INVALID_PATH where the id is not one plain name
 */
export const runDirectory = (runsDir: string, runId: string): string => {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(runId))
    throw new MakimaError('INVALID_PATH', 'The id of a run is letters, digits, dashes and underscores');
  return join(runsDir, runId);
};

/** Runs `make`; true if it made something, false if it was there. */
const unlessThere = async (make: () => Promise<unknown>): Promise<boolean> => {
  try {
    await make();
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
};

const isMissing = async (fifo: string): Promise<boolean> => {
  try {
    if ((await lstat(fifo)).isFIFO()) return false;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    throw error;
  }
  throw new Error(`${fifo} is no FIFO`);
};

const makeFifos = async (paths: readonly string[]): Promise<void> => {
  const args = ['-m', '600', ...paths];
  const { status, stderr } = await run({ program: 'mkfifo', args, cwd: '/', env: process.env, timeoutMs: 60_000 });
  if (status !== 0) throw new Error(stderr.toString('utf8').trim() || `mkfifo exited with ${status}`);
};

/**
 * Makes a run's directory, readable by its owner alone, or completes one that was made before. What fails halfway
 * removes what it made.
 * @param directory - absolute, from {@link runDirectory}
 * @throws MakimaError DISK_FULL, INTERNAL
 */
export const createRunDirectory = async (directory: string): Promise<RunPaths> => {
  const paths = runPaths(directory);
  const made: string[] = [];
  const step = async (path: string, make: () => Promise<boolean>): Promise<void> => {
    if (await make()) made.push(path);
  };
  try {
    await mkdir(join(directory, '..'), { recursive: true, mode: 0o700 });
    for (const path of [directory, paths.messages]) {
      await step(path, () => unlessThere(() => mkdir(path, { mode: 0o700 })));
      await chmod(path, 0o700);
    }
    const missing: string[] = [];
    for (const path of [paths.in, paths.bell]) if (await isMissing(path)) missing.push(path);
    made.push(...missing);
    if (missing.length > 0) await makeFifos(missing);
    for (const path of [paths.out, paths.err]) {
      await step(path, () => unlessThere(async () => (await open(path, 'wx', 0o600)).close()));
    }
    return paths;
  } catch (error) {
    for (const path of made.reverse()) await rm(path, { recursive: true, force: true });
    const full = codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';
    throw new MakimaError(full ? 'DISK_FULL' : 'INTERNAL', `The run's directory ${directory} could not be made: ${messageOf(error)}`, {
      cause: error,
    });
  }
};

/** Removes a run's directory with everything in it, or nothing where there is none. The run must be over and swept. */
export const removeRunDirectory = async (directory: string): Promise<void> => {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
};
