import type { Agent, DiskUsage, Info } from '../../../schemas/info.ts';
import type { Needs } from '../parts.ts';

/** Every agent of the table, whether it is there, and what keeps it from working. One that is not there costs no process, others one now and then. */
export const listAgents = ({ drivers }: Needs<'drivers'>): Promise<Agent[]> =>
  Promise.all(
    drivers.all.map(async ({ driver, protocol }) => {
      const { problem, ...installation } = await driver.detect();
      const isDefault = driver === drivers.default;
      return { ...installation, protocol, isDefault, problem: problem ?? (await driver.whyNotSignedIn()) };
    }),
  );

/** What is asked for again and again by whoever measures: nothing that starts a process or looks for a program. */
export const figures = async ({ disk, store }: Needs<'disk' | 'store'>): Promise<{ counts: Info['counts']; diskUsage: DiskUsage }> => ({
  counts: await store.countByStatus(),
  diskUsage: disk.current(),
});

/** What this daemon is, which agents it found and how many tasks it has. */
export const info = async ({
  daemon,
  drivers,
  diskSpace,
  disk,
  log,
  store,
  runs,
}: Needs<'daemon' | 'drivers' | 'diskSpace' | 'disk' | 'log' | 'store' | 'runs'>): Promise<Info> => ({
  ...daemon,
  agents: await listAgents({ drivers }),
  usageLimits: runs.usageLimits(),
  disk: { ...(await diskSpace()), logBytes: log.sizes().reduce((sum, { bytes }) => sum + bytes, 0), usage: disk.current() },
  counts: await store.countByStatus(),
});
