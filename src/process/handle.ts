import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { readFile } from 'node:fs/promises';
import { MakimaError } from '../errors.ts';
import { codeOf } from '../files/failure.ts';
import { storeWhole } from '../files/store-whole.ts';
import { identify, platform } from './platform/index.ts';
import { runPaths } from './run-directory.ts';

/** Which process a run is: the wrapper's pid, proved by its start time and the boot, and where its other processes are. Kept small: it outlives versions of makima. */
export const RunHandle = Type.Object({
  runId: Type.String(),
  pid: Type.Integer({ minimum: 2 }),
  startTime: Type.String(),
  bootId: Type.String(),
  /** The directory of the run's own cgroup; left out where it has none, as runs of the first release have. */
  cgroup: Type.Optional(Type.String()),
  /** Whose run it is. Handles of earlier versions have none: those are of the home in which they lie. */
  homeId: Type.Optional(Type.String()),
  /** How its agent is spoken to, which the settings may say otherwise by the next start. Handles of earlier versions have none. */
  protocol: Type.Optional(Type.String()),
});
export type RunHandle = Static<typeof RunHandle>;

/** Whether the run is of another home, such as one that this is a copy of: it and its processes are not ours to touch. */
export const isOfOtherHome = (handle: RunHandle | null, homeId: string): boolean =>
  handle?.homeId !== undefined && handle.homeId !== homeId;

/** Every process of a run has its id under this name in its environment. */
export const markerName = 'MAKIMA_RUN_ID';

/** Stores the handle; from then on the run has been started, however the daemon dies. A power cut ends the run as well, and all that it says. */
export const writeHandle = (directory: string, handle: RunHandle): void => {
  storeWhole(runPaths(directory).handle, `${JSON.stringify(handle)}\n`);
};

/**
 * The handle of a run, null where it was never started.
 * @throws MakimaError INTERNAL where the file holds something else
 */
export const readHandle = async (directory: string): Promise<RunHandle | null> => {
  const path = runPaths(directory).handle;
  try {
    const stored: unknown = JSON.parse(await readFile(path, 'utf8'));
    Value.Assert(RunHandle, stored);
    return stored;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new MakimaError('INTERNAL', `The handle ${path} cannot be read`, { cause: error });
  }
};

/**
 * Whether the wrapper of this run is alive: the pid exists, in the same boot, with the same start time, and is no zombie.
 * A pid alone proves nothing, since pids are used again.
 */
export const isOurs = async (handle: RunHandle): Promise<boolean> => {
  if (handle.bootId !== (await platform.bootId())) return false;
  const info = await identify(handle.pid);
  return info !== undefined && info.startTime === handle.startTime && info.state !== 'zombie';
};
