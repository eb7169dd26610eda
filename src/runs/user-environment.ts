import { delimiter, dirname, join } from 'node:path';
import { parentAgentVariables } from '../agents/index.ts';
import { withUserDirectories } from './user-directories.ts';

/** The `node_modules/.bin` of a directory and of every one above it: what npm puts on the path of the scripts it runs. */
const binDirectories = (directory: string): string[] => {
  const above = dirname(directory);
  return [join(directory, 'node_modules', '.bin'), ...(above === directory ? [] : binDirectories(above))];
};

/**
 * What git sets for its hooks and aliases, of the repository and the command that run them: a daemon started from one would
 * have its agents commit there. The list of `git rev-parse --local-env-vars` as git 2.39 prints it, and beside it what git exports
 * to hooks alone: the date of the commit that runs the hook, the quarantine of a push, the namespace.
 *
 * GIT_CONFIG_COUNT and its keys and values are on git's list and not on this one: git itself never sets them, so they are
 * the user's own settings, and the daemon's git keeps them, too (git-environment.ts). So are the author's name and mail.
 */
const ofGit = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_CONFIG',
  'GIT_CONFIG_PARAMETERS',
  'GIT_OBJECT_DIRECTORY',
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_GRAFT_FILE',
  'GIT_INDEX_FILE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_REPLACE_REF_BASE',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_COMMON_DIR',
  'GIT_INTERNAL_*',
  'GIT_AUTHOR_DATE',
  'GIT_COMMITTER_DATE',
  'GIT_NAMESPACE',
  'GIT_QUARANTINE_PATH',
];

/**
 * The daemon's settings, and what `npm start` tells its script: it would turn a project's own npm to makima's package, and make it
 * as silent as makima's .npmrc makes the clone's.
 */
const ofTheDaemon = [
  'MAKIMA_*',
  'npm_lifecycle_*',
  'npm_package_*',
  'npm_command',
  'npm_execpath',
  'npm_node_execpath',
  'npm_config_local_prefix',
  'npm_config_loglevel',
  'INIT_CWD',
];

/** Names, or prefixes ending in `*`. */
const leftOut = [...ofGit, ...ofTheDaemon, ...parentAgentVariables];

const isLeftOut = (name: string): boolean =>
  leftOut.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each));

/**
 * The environment as the user has it, for everything that works for the user: agents, a repository's setup and teardown, gh.
 * Nothing of whatever started the daemon is in it: git, npm, another agent. `npm start` puts makima's own packages first on
 * the path, its Node among them: an agent that runs a project's tests is to find the user's Node and not ours.
 * @param packageDirectory - the directory of makima's package.json
 * @param home - the user's
 */
export const userEnvironment = (
  env: NodeJS.ProcessEnv,
  packageDirectory: string,
  home: string,
): Record<string, string> & { PATH: string } => {
  const user = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && !isLeftOut(entry[0]));
  const ours = new Set(binDirectories(packageDirectory));
  const path = env['PATH']
    ?.split(delimiter)
    .filter((entry) => !ours.has(entry) && !/[/\\]@npmcli[/\\]run-script[/\\].*node-gyp-bin$/.test(entry));
  return { ...Object.fromEntries(user), PATH: withUserDirectories(path?.join(delimiter), home) };
};
