import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commitsAsAgent } from '../support/agent-git.ts';
import type { NpmAgent } from './install-agent.ts';

/** As npm installs it for a user: a script for Node. */
export const gemini: NpmAgent = { name: 'gemini', version: '0.61.0', packageName: '@google/gemini-cli', program: '.bin/gemini' };

/**
 * The environment that keeps gemini in a folder and talks to the scripted model only.
 * @param folder - gets everything that gemini writes
 * @param apiUrl - where the scripted model listens
 */
export const geminiEnv = async (folder: string, apiUrl: string): Promise<Record<string, string>> => {
  const home = join(folder, 'gemini-home');
  await mkdir(join(home, '.gemini'), { recursive: true });
  // Its shell leaves folders there, and its errors reports.
  const TMPDIR = join(home, 'tmp');
  await mkdir(TMPDIR, { recursive: true });
  const settings = {
    security: { auth: { selectedType: 'gemini-api-key' } },
    // By itself it asks a model which model it is to ask.
    model: { name: 'gemini-2.5-flash' },
    privacy: { usageStatisticsEnabled: false },
    general: { enableAutoUpdate: false },
  };
  await writeFile(join(home, '.gemini', 'settings.json'), JSON.stringify(settings));
  return { HOME: home, TMPDIR, GEMINI_API_KEY: 'dummy', GOOGLE_GEMINI_BASE_URL: apiUrl, ...commitsAsAgent };
};
