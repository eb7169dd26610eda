import { randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** mountinfo writes blanks and backslashes of a path as three octal digits (proc_pid_mountinfo(5)). */
const unescape = (path: string): string => path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));

/**
 * The directory of a process's cgroup v2, which is also mounted beside version 1 on many systems.
 * @param cgroups - its `/proc/<pid>/cgroup`
 * @param mounts - its `/proc/<pid>/mountinfo`
 * @returns null where there is none, or none that can be seen from here
 */
export const parseOwnCgroup = (cgroups: string, mounts: string): string | null => {
  const own = /^0::(\/.*)$/m.exec(cgroups)?.[1];
  // Outside of our namespace it reads as /../…
  if (own === undefined || own.startsWith('/..')) return null;
  for (const line of mounts.split('\n')) {
    const [, , , root = '', point = ''] = line.split(' ');
    if (!/ - cgroup2 /.test(line)) continue;
    const below = relative(unescape(root), own);
    if (!below.startsWith('..')) return join(unescape(point), below);
  }
  return null;
};

/** The processes of a cgroup, from its `cgroup.procs`. One that cannot be seen from here reads as 0. */
export const readProcs = (directory: string): number[] =>
  readFileSync(join(directory, 'cgroup.procs'), 'utf8')
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);

/**
 * Tried, since no description of the system tells: a container mounts the tree read-only, a login over ssh leaves its
 * session's group to root, a threaded group takes no processes, and Linux before 5.14 cannot kill a group.
 */
const detect = (): string | null => {
  try {
    const own = parseOwnCgroup(readFileSync('/proc/self/cgroup', 'utf8'), readFileSync('/proc/self/mountinfo', 'utf8'));
    if (own === null || !readProcs(own).includes(process.pid)) return null;
    // Whoever moves a process needs this of the group above both.
    accessSync(join(own, 'cgroup.procs'), constants.W_OK);
    const trial = join(own, `makima-${randomUUID()}`);
    mkdirSync(trial);
    try {
      accessSync(join(trial, 'cgroup.kill'), constants.W_OK);
      return readFileSync(join(trial, 'cgroup.type'), 'utf8').trim() === 'domain' ? own : null;
    } finally {
      rmdirSync(trial);
    }
  } catch {
    return null; // Whatever is refused is refused to runs as well.
  }
};

let own: string | null | undefined;

/** The daemon's own cgroup, where runs can have groups below it; null where they cannot. Found out once. */
export const ownCgroup = (): string | null => (own === undefined ? (own = detect()) : own);

/** By what a run's processes are known, in one word: a group of their own that they cannot leave unawares, or the census alone. */
export const processKeeper = (): 'cgroup' | 'census' => (ownCgroup() === null ? 'census' : 'cgroup');
