import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';

/** What this daemon is, which agents it found and how many tasks it has. */
export const daemonInfo =
  (context: TaskContext): Actions['info'] =>
  async () => ({
    ...context.daemon,
    agents: await Promise.all(
      context.drivers.all.map(async (driver) => {
        const installation = await driver.detect();
        return { ...installation, problem: installation.problem ?? (await driver.whyNotSignedIn()) };
      }),
    ),
    disk: { ...(await context.diskSpace()), logBytes: context.log.sizes().reduce((sum, { bytes }) => sum + bytes, 0) },
    counts: await context.store.countByStatus(),
  });
