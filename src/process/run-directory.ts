/**
 * A run is a directory, `runs/<runId>/`, which needs no daemon to live:
 *
 *   in            FIFO: the agent's standard input
 *   out, err      what it wrote
 *   handle.json   which process it is; there before the agent starts
 *   exit          its exit status; there when it has ended
 *   opening.json  of an agent that is greeted first: how it was started, and what it is told when it takes messages
 *   settings.json  of an agent that takes some of its settings from a file alone
 *   messages/     NNNNNN.msg: waits for the agent; .done: handed over; .failed: the agent takes no input any more;
 *                 NNNNNN-<hash>: one with an id, which is not taken twice;
 *                 close: nothing follows; bell: FIFO, rung when there is something new in here
 *   orchestrate.sh  of an orchestrator's run: the helper script, where no `git clean` of the agent reaches it
 */
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTogether } from '../domain/together.ts';
import { MakimaError, messageOf } from '../errors.ts';
import { codeOf, isFull } from '../files/failure.ts';
import { run } from '../shells/run.ts';

/** FIFOs that one process makes; a command's length is bounded. */
const mostAtOnce = 200;

/** The absolute paths of everything in a run's directory. */
export interface RunPaths {
  directory: string;
  in: string;
  out: string;
  err: string;
  exit: string;
  handle: string;
  opening: string;
  settings: string;
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
  opening: join(directory, 'opening.json'),
  settings: join(directory, 'settings.json'),
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

const isMissing = (fifo: string): boolean => {
  const found = lstatSync(fifo, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFIFO()) throw new Error(`${fifo} is no FIFO`);
  return found === undefined;
};

const mkfifo = async (paths: readonly string[]): Promise<void> => {
  const args = ['-m', '600', ...paths];
  const { status, stderr } = await run({ program: 'mkfifo', args, cwd: '/', env: process.env, timeoutMs: 60_000 });
  if (status !== 0) throw new Error(stderr.toString('utf8').trim() || `mkfifo exited with ${status}`);
};

let wanted: string[] = [];
/** One process for all runs that are begun while another makes the FIFOs of those before. */
const makeWanted = createTogether(async () => {
  const all = wanted;
  wanted = [];
  for (let at = 0; at < all.length; at += mostAtOnce) await mkfifo(all.slice(at, at + mostAtOnce));
});

const makeFifos = async (paths: readonly string[]): Promise<void> => {
  wanted.push(...paths);
  // Where one cannot be made, which may be another run's, each learns about its own.
  await makeWanted().catch(() => undefined);
  const missing = paths.filter(isMissing);
  if (missing.length > 0) await mkfifo(missing);
};

/** @returns whether it was not there */
const makeDirectory = (directory: string): boolean => {
  let made = true;
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    made = false;
  }
  chmodSync(directory, 0o700);
  return made;
};

/** @returns whether it was not there */
const makeFile = (file: string): boolean => {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
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
  try {
    mkdirSync(join(directory, '..'), { recursive: true, mode: 0o700 });
    for (const path of [directory, paths.messages]) if (makeDirectory(path)) made.push(path);
    for (const path of [paths.out, paths.err]) if (makeFile(path)) made.push(path);
    const missing = [paths.in, paths.bell].filter(isMissing);
    made.push(...missing);
    if (missing.length > 0) await makeFifos(missing);
    return paths;
  } catch (error) {
    for (const path of made.reverse()) await rm(path, { recursive: true, force: true });
    throw new MakimaError(
      isFull(error) ? 'DISK_FULL' : 'INTERNAL',
      `The run's directory ${directory} could not be made: ${messageOf(error)}`,
      { cause: error },
    );
  }
};

/** Removes a run's directory with everything in it, or nothing where there is none. The run must be over and swept. */
export const removeRunDirectory = async (directory: string): Promise<void> => {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
};
