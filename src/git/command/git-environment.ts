/**
 * Names of git's own variables that a user sets for good reasons and that decide how remotes are reached or which
 * configuration is read. All other GIT_* variables of the daemon's environment are dropped: they would point git
 * somewhere else (a daemon started from a git hook inherits GIT_DIR and GIT_INDEX_FILE).
 */
const inherited =
  /^(?:GIT_SSH|GIT_SSH_COMMAND|GIT_SSH_VARIANT|GIT_SSL_\w+|GIT_PROXY_\w+|GIT_HTTP_\w+|GIT_CONFIG_GLOBAL|GIT_CONFIG_SYSTEM|GIT_CONFIG_NOSYSTEM|GIT_EXEC_PATH|GIT_CURL_\w+)$/;
const guarded = /^(?:git_.*|editor|visual|pager|prefix|ssh_askpass)$/i;

/** Transports that a repository may be fetched over: what git itself knows, never one that names a program (`ext::`). */
export const userProtocols = 'file:git:http:https:ssh';
/** Those that a repository's own content (a submodule's URL) may ask for: no paths of this machine. */
export const contentProtocols = 'git:http:https:ssh';

/** Where a git command works. It is always told: discovery would follow a `.git` file that an agent can replace. */
export interface GitPlace {
  /** The git directory, of a worktree its administrative directory; left out for commands that need none (`init`, `clone`). */
  gitDir?: string;
  /** The repository that a worktree's administrative directory belongs to; told too, since that directory names it in a file. */
  commonDir?: string;
  workTree?: string;
  /** An index file other than the worktree's own. */
  indexFile?: string;
}

/**
 * What the environments of all git commands have in common: the daemon's own without what would point git elsewhere, with
 * prompts off and messages in English (they are classified).
 */
export const commonEnvironment = (): Record<string, string> => {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && (inherited.test(name) || !guarded.test(name))) environment[name] = value;
  }
  return Object.assign(environment, {
    LC_ALL: 'C',
    LANGUAGE: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '/bin/false',
    SSH_ASKPASS_REQUIRE: 'force',
    GCM_INTERACTIVE: 'never',
    GIT_PAGER: 'cat',
    GIT_EDITOR: ':',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ALLOW_PROTOCOL: userProtocols,
    GIT_ADVICE: '0',
  });
};

/**
 * The environment of one git command: what they have in common, with the place told.
 *
 * @param place - where the command works
 * @param config - further configuration; by variables, since a key of `-c` cannot hold every name a filter may have
 * @param extra - further variables
 */
export const gitEnvironment = (
  common: Readonly<Record<string, string>>,
  place: GitPlace,
  config: readonly (readonly [string, string])[],
  extra: Readonly<Record<string, string>>,
): Record<string, string> => {
  const environment = { ...common };
  if (place.gitDir !== undefined) environment['GIT_DIR'] = place.gitDir;
  if (place.commonDir !== undefined) environment['GIT_COMMON_DIR'] = place.commonDir;
  if (place.workTree !== undefined) environment['GIT_WORK_TREE'] = place.workTree;
  if (place.indexFile !== undefined) environment['GIT_INDEX_FILE'] = place.indexFile;
  const count = addConfig(environment, config);
  if (count > 0) environment['GIT_CONFIG_COUNT'] = String(count);
  return Object.assign(environment, extra);
};

/** Configuration that the user passes by GIT_CONFIG_COUNT stays, ours comes after it and so wins. */
const addConfig = (environment: Record<string, string>, config: readonly (readonly [string, string])[]): number => {
  const ambient = Number.parseInt(process.env['GIT_CONFIG_COUNT'] ?? '0', 10);
  let count = 0;
  const add = (key: string, value: string): void => {
    environment[`GIT_CONFIG_KEY_${count}`] = key;
    environment[`GIT_CONFIG_VALUE_${count}`] = value;
    count += 1;
  };
  for (let index = 0; index < ambient; index += 1) {
    const key = process.env[`GIT_CONFIG_KEY_${index}`];
    if (key !== undefined) add(key, process.env[`GIT_CONFIG_VALUE_${index}`] ?? '');
  }
  for (const [key, value] of config) add(key, value);
  return count;
};
