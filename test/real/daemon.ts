import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Daemon } from '../claude/daemon.ts';
import { isolatedFolder, type Cleanup } from '../claude/isolated.ts';
import { killRuns } from '../claude/processes.ts';
import { startModelApi } from '../fixtures/model-api/server.ts';

/** An agent of the table as a test sets it up: its program, and what keeps it in a folder with the scripted model. */
export interface RealAgent {
  name: string;
  program: string;
  env: (folder: string, apiUrl: string) => Promise<Record<string, string>>;
  /** Where they are not the usual ones. */
  args?: readonly string[];
  protocol?: string;
}

/**
 * A daemon as a user starts it, on a home of its own, with real agents in its table and the scripted model behind them. Whatever of it is
 * left is ended with the test.
 */
export const startRealDaemon = async (t: Cleanup, agents: readonly RealAgent[], settings: Record<string, string> = {}): Promise<Daemon> => {
  const folder = await isolatedFolder(t);
  const model = await startModelApi();
  t.teardown(() => model.close());
  const userHome = join(folder, 'user');
  await mkdir(userHome);
  const table = await Promise.all(
    agents.map(async ({ name, program, env, args, protocol }) => [
      name,
      { command: program, env: await env(folder, model.url), ...(args && { args }), ...(protocol !== undefined && { protocol }) },
    ]),
  );
  const daemon = new Daemon(folder, model, {
    PATH: process.env['PATH'] ?? '',
    HOME: userHome,
    TMPDIR: folder,
    MAKIMA_HOME: join(folder, 'makima'),
    MAKIMA_PORT: '0',
    MAKIMA_AGENTS: JSON.stringify(Object.fromEntries(table)),
    ...settings,
  });
  t.teardown(async () => {
    await daemon.end();
    await killRuns(folder);
  });
  await daemon.start();
  return daemon;
};
