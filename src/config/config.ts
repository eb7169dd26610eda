import { join } from 'node:path';
import { builtInAgents, type AgentEntry } from '../domain/agent-table.ts';
import { notifyTypes, usualNotifyTypes, type NotifyType } from '../domain/notify-types.ts';
import { ConfigError } from './config-error.ts';
import { readConfigFile, show } from './config-file.ts';
import { agentTable } from './read-agents.ts';
import { agentVariables, clientVariables, meant, variableOf } from './setting-names.ts';
import {
  args,
  basePath,
  boolean,
  command,
  commandLine,
  host,
  hosts,
  hostsAndNetworks,
  integer,
  oneOf,
  origins,
  path,
  person,
  proxies,
  someOf,
  variables,
  type Reader,
} from './setting-readers.ts';
import { tunables } from './tunables.ts';

export { ConfigError } from './config-error.ts';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export type Config = Readonly<{
  /** Absolute, as are all paths here. */
  home: string;
  host: string;
  port: number;
  /** In lower case, with or without a port. */
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
  /** Addresses and networks of proxies in front whose `X-Forwarded-*` counts; `loopback` and `unix` are names of such. */
  trustedProxies: readonly string[];
  /** Below which everything is served, such as `/makima`; empty for none. */
  basePath: string;
  /** A command that is run for what a person wants to know, and its arguments; empty for none. */
  notify: readonly string[];
  /** Of which types of events a person wants to know. */
  notifyTypes: readonly NotifyType[];
  /** Hosts, addresses and networks that webhooks may be delivered to although they are not public. */
  webhookAllow: readonly string[];
  worktreeDir: string;
  /** Worktrees kept ready for each base in use; 0 is none. */
  preparedWorktrees: number;
  /** What all of them may take on the disk. */
  preparedBytes: number;
  /** The first port that tasks are given for servers of their own, and how many each; 0 is none. */
  portFirst: number;
  portRange: number;
  maxConcurrentTasks: number;
  /** The least time between two starts of agents; 0 is none. */
  startIntervalMs: number;
  maxDepth: number;
  /** Of all tasks that there are, ended ones too; 0 is no bound. */
  maxTasks: number;
  /** Of streams that are open at once. */
  maxStreams: number;
  /** A bare name, to be found on the path, or an absolute path. */
  claudeCommand: string;
  claudePreArgs: readonly string[];
  claudeArgs: readonly string[];
  enablePermissions: boolean;
  /** How long what an agent asks waits for an answer before it is denied; 0 is for ever. */
  approvalMinutes: number;
  disableVerbose: boolean;
  agentEnv: Readonly<Record<string, string>>;
  /** Agents of the user's own, and what is another way with those that are built in, by their names. */
  agents: Readonly<Record<string, AgentEntry>>;
  /** That of a task which names none and has no parent. */
  defaultAgent: string;
  /** A stop of the daemon stops the agents too. */
  stopAgents: boolean;
  /** An orchestrator that fails or is stopped leaves its subtasks running. */
  keepSubtasks: boolean;
  /** Tasks that a limit of their account has parked go on by themselves after it. */
  resumeAfterLimit: boolean;
  /** How long an agent may print nothing before somebody is told: in a turn, before its first one, after its last word; 0 is never. */
  silenceSeconds: number;
  startSilenceSeconds: number;
  resultSilenceSeconds: number;
  /** How long it may print nothing before it is interrupted; 0 is for ever. */
  silenceInterruptMinutes: number;
  /** An orchestrator's agent is told of each end of a subtask, at the end of a turn; else only when none of them runs any more. */
  tellParents: boolean;
  /** How long an agent's background work may be silent before it is no longer waited for; 0 is for ever. */
  backgroundMinutes: number;
  /** Where a task's log is cut off, in bytes. */
  maxLogBytes: number;
  /** Of the logs of ended tasks; 0 is no bound. */
  retentionDays: number;
  retentionBytes: number;
  /** Worktrees of tasks that ended so many days ago are put away; 0 is none. */
  worktreeDays: number;
  /** The passing snapshots of worktrees that were put away so many days ago are deleted; 0 is none. */
  snapshotDays: number;
  /** Who commits in a user's repository whose git configuration names nobody. */
  commitAuthor: Readonly<{ name: string; email: string }> | null;
  logLevel: LogLevel;
}> & { readonly [K in keyof typeof tunables]: number };

/**
 * The settings out of the environment and `config.json` in the home; the environment wins, and an empty text is as
 * good as none.
 * @param options - `homedir` stands for `~`; `cwd` is where relative paths in the environment begin (those in the
 *   file begin at the home)
 * @returns the frozen settings, and warnings for the log
 * @throws ConfigError with everything that is wrong at once
 */
export const loadConfig = (
  env: NodeJS.ProcessEnv,
  { homedir, cwd = process.cwd() }: { homedir: string; cwd?: string },
): { config: Config; warnings: string[] } => {
  const problems: string[] = [];
  const names = new Set<string>();
  const read = <T>({ must, read, secret, wrong }: Reader<T>, name: string, raw: unknown): T | undefined => {
    if (raw === undefined || raw === '') return undefined;
    const value = read(raw);
    if (value !== undefined) return value;
    if (wrong) problems.push(...wrong(raw).map((each) => `${name} is not usable: ${each}`));
    else problems.push(`${name} is ${secret ? 'not usable (its value is not shown)' : show(raw)}: it must be ${must}`);
    return undefined;
  };
  const fromEnv = <T>(reader: Reader<T>, name: string): T | undefined => {
    names.add(name);
    return read(reader, variableOf(name), env[variableOf(name)]);
  };

  const home = fromEnv(path(homedir, cwd), 'home') ?? join(homedir, '.makima');
  const file = join(home, 'config.json');
  const written = readConfigFile(file, problems);
  const get = <T>(name: string, fallback: T, reader: Reader<T>, fileReader = reader): T => {
    const inFile = read(fileReader, `${name} in ${file}`, Object.hasOwn(written, name) ? written[name] : undefined);
    return fromEnv(reader, name) ?? inFile ?? fallback;
  };

  const none: readonly string[] = Object.freeze([]);
  const settings = {
    ...tunables,
    home,
    host: get('host', '127.0.0.1', host),
    port: get('port', 8080, integer(0, 65_535)),
    allowedHosts: get('allowedHosts', none, hosts),
    allowedOrigins: get('allowedOrigins', none, origins),
    trustedProxies: get('trustedProxies', none, proxies),
    basePath: get('basePath', '', basePath),
    notify: get('notify', none, commandLine(homedir, cwd), commandLine(homedir, home)),
    notifyTypes: get('notifyTypes', usualNotifyTypes, someOf(notifyTypes)),
    webhookAllow: get('webhookAllow', none, hostsAndNetworks),
    worktreeDir: get('worktreeDir', join(home, 'worktrees'), path(homedir, cwd), path(homedir, home)),
    preparedWorktrees: get('preparedWorktrees', 2, integer(0, 100)),
    preparedBytes: get('preparedBytes', 2 * 1024 ** 3, integer(0, Number.MAX_SAFE_INTEGER)),
    portFirst: get('portFirst', 20_000, integer(1024, 65_535)),
    portRange: get('portRange', 20, integer(0, 1000)),
    maxConcurrentTasks: get('maxConcurrentTasks', 4, integer(1, 1000)),
    startIntervalMs: get('startIntervalMs', 0, integer(0, 600_000)),
    maxDepth: get('maxDepth', 2, integer(0, 100)),
    maxTasks: get('maxTasks', 10_000, integer(0, 10_000_000)),
    maxStreams: get('maxStreams', 1000, integer(1, 100_000)),
    claudeCommand: get('claudeCommand', 'claude', command(homedir, cwd), command(homedir, home)),
    claudePreArgs: get('claudePreArgs', none, args),
    claudeArgs: get('claudeArgs', none, args),
    enablePermissions: get('enablePermissions', false, boolean),
    approvalMinutes: get('approvalMinutes', 0, integer(0, 10_080)),
    disableVerbose: get('disableVerbose', false, boolean),
    agentEnv: get('agentEnv', Object.freeze({}), variables),
    agents: get('agents', Object.freeze({}), agentTable(homedir, cwd), agentTable(homedir, home)),
    stopAgents: get('stopAgents', false, boolean),
    keepSubtasks: get('keepSubtasks', false, boolean),
    resumeAfterLimit: get('resumeAfterLimit', false, boolean),
    silenceSeconds: get('silenceSeconds', 30, integer(0, 86_400)),
    startSilenceSeconds: get('startSilenceSeconds', 30, integer(0, 86_400)),
    resultSilenceSeconds: get('resultSilenceSeconds', 30, integer(0, 86_400)),
    silenceInterruptMinutes: get('silenceInterruptMinutes', 0, integer(0, 10_080)),
    tellParents: get('tellParents', true, boolean),
    backgroundMinutes: get('backgroundMinutes', 0, integer(0, 10_080)),
    maxLogBytes: get('maxLogBytes', 1024 ** 3, integer(65_536, Number.MAX_SAFE_INTEGER)),
    retentionDays: get('retentionDays', 0, integer(0, 36_500)),
    retentionBytes: get('retentionBytes', 0, integer(0, Number.MAX_SAFE_INTEGER)),
    worktreeDays: get('worktreeDays', 0, integer(0, 36_500)),
    snapshotDays: get('snapshotDays', 0, integer(0, 36_500)),
    commitAuthor: get('commitAuthor', null, person),
    logLevel: get('logLevel', 'info', oneOf(logLevels)),
  };
  const agentNames = ['claude', ...new Set([...builtInAgents, ...Object.keys(settings.agents)])];
  const config: Config = Object.freeze({ ...settings, defaultAgent: get('defaultAgent', 'claude', oneOf(agentNames)) });

  const inFile = [...names].filter((known) => known !== 'home');
  for (const name of Object.keys(written)) {
    if (name === 'home') problems.push(`home in ${file} has no effect there: set MAKIMA_HOME in the environment`);
    else if (!names.has(name))
      problems.push(`${name} in ${file} is no setting${meant(name, inFile)}: it must be one of ${inFile.join(', ')}`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const known = new Set([...[...names].map(variableOf), ...agentVariables, ...clientVariables]);
  const warnings = Object.keys(env)
    .filter((name) => name.startsWith('MAKIMA_') && !known.has(name))
    .map((name) => `${name} is no setting of makima and has no effect${meant(name, [...names].map(variableOf))}.`);
  return { config, warnings };
};
