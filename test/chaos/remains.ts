/** What a daemon holds while it runs, and what is there when it is gone. */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { ownCgroup, readProcs } from '../../src/process/own-cgroup.ts';
import { everythingIn } from '../support/everything-in.ts';

/** What a process has open by kind, its watches and its children; empty where the system does not tell. */
export const heldBy = (pid: number): Record<string, number> => {
  const held: Record<string, number> = {};
  const count = (what: string, by = 1): void => void (held[what] = (held[what] ?? 0) + by);
  const directory = `/proc/${pid}/fd`;
  if (!existsSync(directory)) return held;
  for (const fd of readdirSync(directory)) {
    try {
      count(readlinkSync(join(directory, fd)).replace(/:\[\d+\]$/, ''));
      const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
      count('watches', info.match(/^inotify wd:/gm)?.length ?? 0);
    } catch {
      // closed meanwhile
    }
  }
  for (const other of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      // The name may hold blanks and brackets; the state and the parent come after the last one.
      if (
        Number(
          readFileSync(`/proc/${other}/stat`, 'utf8')
            .replace(/^.*\) /s, '')
            .split(' ')[1],
        ) === pid
      )
        count('children');
    } catch {
      // ended meanwhile
    }
  }
  return held;
};

/** Every path in a home with its kind; what is kept on purpose of tasks that are gone is left out, unless it is half-made. */
export const pathsOf = (home: string): string[] =>
  everythingIn(home)
    .filter((path) => !/^(?:caches|kept)\/./.test(path) || /\.tmp-|\.lock$|makima-tmp/.test(path))
    .flatMap((path) => {
      const stats = lstatSync(join(home, path), { throwIfNoEntry: false });
      return stats === undefined ? [] : [`${path}${stats.isFIFO() ? ' (FIFO)' : stats.isDirectory() ? '/' : ''}`];
    })
    .toSorted();

export interface OwnGroup {
  /** The groups of runs, and the processes beside this one, that are in it. */
  left(): string[];
}

/**
 * Moves this process, and so all that it starts, into a cgroup of its own for the test, where there can be one: whatever a daemon
 * leaves is then in it, and nothing of others.
 * @returns null where there can be none
 */
export const ownGroup = (t: Test): OwnGroup | null => {
  const above = ownCgroup();
  if (above === null) return null;
  const group = join(above, `many-${process.pid}`);
  mkdirSync(group);
  writeFileSync(join(group, 'cgroup.procs'), String(process.pid));
  t.teardown(() => {
    writeFileSync(join(above, 'cgroup.procs'), String(process.pid));
    for (const name of [...everythingIn(group).reverse(), '.'])
      if (lstatSync(join(group, name)).isDirectory()) rmdirSync(join(group, name));
  });
  return {
    left: () => [
      ...readdirSync(group, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `cgroup ${name}`),
      ...readProcs(group)
        .filter((pid) => pid !== process.pid)
        .map((pid) => `process ${pid}: ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`),
    ],
  };
};
