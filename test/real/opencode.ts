import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { commitsAsAgent } from '../support/agent-git.ts';
import type { NpmAgent } from './install-agent.ts';

/** The binary itself: the program that npm links is put in its place by a script of the package. */
export const opencode: NpmAgent = {
  name: 'opencode',
  version: '1.18.33',
  packageName: 'opencode-ai',
  program: `opencode-${process.platform}-${process.arch}/bin/opencode`,
};

/**
 * The environment that keeps opencode in a folder and talks to the scripted model only.
 * @param folder - gets everything that opencode writes
 * @param apiUrl - where the scripted model listens
 */
export const opencodeEnv = async (folder: string, apiUrl: string): Promise<Record<string, string>> => {
  const home = join(folder, 'opencode-home');
  // Each start of it leaves a library there.
  const TMPDIR = join(home, 'tmp');
  await mkdir(TMPDIR, { recursive: true });
  const provider = { anthropic: { options: { baseURL: `${apiUrl}/v1`, apiKey: 'dummy' } } };
  return {
    HOME: home,
    TMPDIR,
    // A developer's own would lead out of the folder.
    ...Object.fromEntries(['CONFIG', 'DATA', 'STATE', 'CACHE'].map((kind) => [`XDG_${kind}_HOME`, join(home, kind.toLowerCase())])),
    OPENCODE_CONFIG_CONTENT: JSON.stringify({ model: 'anthropic/claude-sonnet-4-5', provider, autoupdate: false, share: 'disabled' }),
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    ...commitsAsAgent,
  };
};
