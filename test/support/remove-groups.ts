import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cgroupOf, removeCgroup } from '../../src/process/cgroup.ts';
import { readHandle } from '../../src/process/handle.ts';

/** What was killed is in its group until it has ended: so often it is tried, and so long is between, in milliseconds. */
const [tries, betweenMs] = [100, 10];

/** Removes a run's cgroup, once what was killed in it has ended. One that is in use stays. */
export const removeGroup = async (cgroup: string): Promise<void> => {
  for (let left = tries; left > 0 && !removeCgroup(cgroup); left -= 1) await pause(betweenMs);
};

/** Removes what a daemon that was killed while it cleared runs away has left of their cgroups: with the home gone, nobody would. */
export const removeGroups = async (home: string): Promise<void> => {
  const runs = join(home, 'runs');
  try {
    for (const run of readdirSync(runs)) {
      const cgroup = cgroupOf(run, await readHandle(join(runs, run)));
      if (cgroup !== null) await removeGroup(cgroup);
    }
  } catch {
    // the home is gone
  }
};
