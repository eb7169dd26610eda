import { startDaemonIn, type Daemon } from '../claude/daemon.ts';
import type { Cleanup } from '../claude/isolated.ts';

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
export const startRealDaemon = (t: Cleanup, agents: readonly RealAgent[], settings: Record<string, string> = {}): Promise<Daemon> =>
  startDaemonIn(t, async (folder, apiUrl) => {
    const table = await Promise.all(
      agents.map(async ({ name, program, env, args, protocol }) => [
        name,
        { command: program, env: await env(folder, apiUrl), ...(args && { args }), ...(protocol !== undefined && { protocol }) },
      ]),
    );
    return { MAKIMA_AGENTS: JSON.stringify(Object.fromEntries(table)), ...settings };
  });
