import type { Info } from '../../../schemas/info.ts';
import type { Needs } from '../parts.ts';

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
  agents: await Promise.all(
    drivers.all.map(async ({ driver, protocol }) => {
      const installation = await driver.detect();
      return {
        ...installation,
        protocol,
        isDefault: driver === drivers.default,
        problem: installation.problem ?? (await driver.whyNotSignedIn()),
      };
    }),
  ),
  usageLimits: runs.usageLimits(),
  disk: { ...(await diskSpace()), logBytes: log.sizes().reduce((sum, { bytes }) => sum + bytes, 0), usage: disk.current() },
  counts: await store.countByStatus(),
});
