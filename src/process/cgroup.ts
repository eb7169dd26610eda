/**
 * A run's own cgroup, where the system has them: a process that drops its environment, its session and its parents is
 * still in it, and one write kills all that is, also what forks faster than anybody can look. Read and written
 * synchronously: it is memory, as /proc is (measured: 30 µs to make and remove one, 66 µs for a look).
 */
import { closeSync, constants, mkdirSync, openSync, readdirSync, rmdirSync, statfsSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { codeOf } from '../files/failure.ts';
import type { RunHandle } from './handle.ts';
import { ownCgroup, readProcs } from './own-cgroup.ts';

const nameOf = (runId: string): string => `makima-${runId}`;
/** CGROUP2_SUPER_MAGIC of statfs(2). */
const cgroup2 = 0x63677270;

/** Runs `act`; the fallback where the group has gone meanwhile, or an agent has shut it or made it one of threads (ENOTSUP): the census goes on without. */
const unlessGone = <T>(act: () => T, fallback: T): T => {
  try {
    return act();
  } catch (error) {
    if (['ENOENT', 'ENODEV', 'ENOTSUP', 'EACCES', 'EPERM'].some((code) => code === codeOf(error))) return fallback;
    throw error;
  }
};

/**
 * Makes a run's cgroup below the daemon's own, or finds the one that was made before.
 * @returns its directory; null where there can be none, and the census alone has to do
 */
export const makeCgroup = (runId: string): string | null => {
  const own = ownCgroup();
  if (own === null) return null;
  const directory = join(own, nameOf(runId));
  try {
    mkdirSync(directory);
  } catch (error) {
    // A bound on their number was reached, or the system took back what it allowed at the start.
    if (codeOf(error) !== 'EEXIST') return null;
  }
  return directory;
};

/**
 * The cgroup that a run has: the one in its handle, which an earlier daemon may have made below a group of its own, else
 * the one that a start made of which no handle was stored. Proved by its name and its file system, since all that is in
 * it will be killed and the handle is a file that agents can write.
 * @returns null where there is none
 */
export const cgroupOf = (runId: string, handle: RunHandle | null): string | null => {
  const own = ownCgroup();
  const directory = handle?.cgroup ?? (own === null ? null : join(own, nameOf(runId)));
  if (directory === null || basename(directory) !== nameOf(runId)) return null;
  return unlessGone(() => statfsSync(directory).type === cgroup2, false) ? directory : null;
};

/** The directory and all below it, the deepest first: an agent may make groups of its own, as a daemon that it starts does. */
const withGroupsBelow = (directory: string): string[] => [
  ...unlessGone(() => readdirSync(directory, { withFileTypes: true }), [])
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => withGroupsBelow(join(directory, name))),
  directory,
];

/** Every process in it, and in groups below it. */
export const membersOf = (directory: string): number[] =>
  withGroupsBelow(directory).flatMap((each) => unlessGone(() => readProcs(each), []));

/** Kills all that is in it at once, unless the daemon itself is: one that an agent started on the home it belongs to. */
export const killMembers = (directory: string): void => {
  if (membersOf(directory).includes(process.pid)) return;
  unlessGone(() => {
    // Without O_CREAT: where it is missing there is nothing to kill.
    const file = openSync(join(directory, 'cgroup.kill'), constants.O_WRONLY);
    try {
      writeSync(file, '1');
    } finally {
      closeSync(file);
    }
  }, undefined);
};

/**
 * Removes it, which the system does only where it is empty.
 * @returns false where something in it is still ending; one that the daemon itself is in is left
 */
export const removeCgroup = (directory: string): boolean => {
  try {
    for (const each of withGroupsBelow(directory)) unlessGone(() => rmdirSync(each), undefined);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EBUSY') return membersOf(directory).includes(process.pid);
    throw error;
  }
};
