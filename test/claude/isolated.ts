import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitsAsAgent } from '../support/agent-git.ts';

/** The part of a tap test that helpers need. */
export interface Cleanup {
  teardown(undo: () => Promise<unknown>): void;
}

/**
 * A folder outside this checkout, removed at the end: an agent that looks for a repository or a CLAUDE.md
 * in the folders above must not find makima's own, and socket paths have to stay under 108 bytes.
 */
export const isolatedFolder = async (t: Cleanup): Promise<string> => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'makima-e2e-')));
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
};

/**
 * The environment that keeps claude in a folder and talks to the scripted model only.
 *
 * @param folder - gets everything that claude writes; without the two TMPDIR variables it leaves sockets in /tmp
 * @param apiUrl - where the scripted model listens
 */
export const claudeEnv = async (folder: string, apiUrl: string): Promise<Record<string, string>> => {
  const [home, temporary] = [join(folder, 'agent-home'), join(folder, 'tmp')];
  await Promise.all([home, temporary].map((path) => mkdir(path, { recursive: true })));
  return {
    HOME: home,
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    TMPDIR: temporary,
    CLAUDE_CODE_TMPDIR: temporary,
    ANTHROPIC_BASE_URL: apiUrl,
    ANTHROPIC_API_KEY: 'dummy',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    // Two retries take under two seconds; the default of ten takes minutes.
    CLAUDE_CODE_MAX_RETRIES: '2',
    // claude refuses to skip permissions as root unless it is told that it runs in a sandbox.
    IS_SANDBOX: '1',
    ...commitsAsAgent,
  };
};
