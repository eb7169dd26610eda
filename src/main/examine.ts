import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig, type Config } from '../config/config.ts';
import type { Finding } from '../doctor/finding.ts';
import { lookAtHome } from '../doctor/look-at-home.ts';
import { lookAtAgents, lookAtGit, lookAtNode, lookAtTools } from '../doctor/look-at-programs.ts';
import { lookAtSettings } from '../doctor/look-at-settings.ts';
import { lookAtSystem } from '../doctor/look-at-system.ts';
import { userEnvironment } from '../runs/user-environment.ts';
import { version } from '../version.ts';
import { driversOf } from './drivers-of.ts';

interface Settings {
  config: Config;
  problems: readonly string[];
  warnings: readonly string[];
}

/** The settings; where they do not do, what is left of them when only the home is set. */
const readSettings = (env: NodeJS.ProcessEnv): Settings => {
  const places = { homedir: homedir() };
  try {
    return { ...loadConfig(env, places), problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // A home without config.json, so that what is wrong there is told once.
    const { config } = loadConfig({ MAKIMA_HOME: '/nonexistent' }, places);
    return { config: { ...config, home: env['MAKIMA_HOME'] ?? config.home }, problems: error.problems, warnings: [] };
  }
};

/** Looks whether this machine, the settings and the home have what makima needs; the daemon need not run, and nothing is changed. */
export const examine = async (env: NodeJS.ProcessEnv): Promise<Finding[]> => {
  const { config, problems, warnings } = readSettings(env);
  const inherited = userEnvironment(env, join(import.meta.dirname, '../..'), homedir());
  const [git, agents, home] = await Promise.all([
    lookAtGit(inherited),
    lookAtAgents(driversOf(config, inherited).all),
    lookAtHome(config, version),
  ]);
  return [
    lookAtNode(),
    git,
    ...lookAtTools(inherited),
    ...agents,
    ...lookAtSettings(problems, warnings, `the environment and ${join(config.home, 'config.json')}`),
    ...home,
    ...lookAtSystem(),
  ];
};
