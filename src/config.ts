import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { messageOf } from './errors.ts';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What is no setting of the contract: bounds and times that only a change of the program moves. */
const tunables = {
  /** A plan of 2 million characters is 18 MB as a form, in which each byte can take three. */
  bodyLimitBytes: 20 * 1024 * 1024,
  maxTasks: 10_000,
  maxStreams: 256,
  /** An agent that prints nothing for so long is reported. */
  silenceMs: 30_000,
  /** Between the request to give up a turn and SIGTERM. */
  interruptGraceMs: 10_000,
  /** Between SIGTERM and SIGKILL. */
  terminateGraceMs: 5000,
  /** From the last word of an agent whose input is closed to its end by the daemon. */
  exitGraceMs: 60_000,
  /** How long an agent's background work may be silent before it is no longer waited for. */
  backgroundWaitMs: 1_800_000,
  setupTimeoutMs: 600_000,
} as const;

export type Config = Readonly<{
  /** Absolute, as are all paths here. */
  home: string;
  host: string;
  port: number;
  /** In lower case, with or without a port. */
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
  worktreeDir: string;
  maxConcurrentTasks: number;
  maxDepth: number;
  /** A bare name, to be found on the path, or an absolute path. */
  claudeCommand: string;
  claudePreArgs: readonly string[];
  claudeArgs: readonly string[];
  enablePermissions: boolean;
  disableVerbose: boolean;
  agentEnv: Readonly<Record<string, string>>;
  logLevel: LogLevel;
}> & { readonly [K in keyof typeof tunables]: number };

/** The start cannot go on. The message names every setting that is wrong, its value and what it must be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings are not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** How a setting is read from the text of a variable or from a JSON value; undefined where it does not fit. */
interface Reader<T> {
  must: string;
  read: (raw: unknown) => T | undefined;
  /** The value is not repeated in a message: it may hold a password. */
  secret?: true;
}

const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);

/** A JSON value, out of a variable's text where it stands in one. */
const jsonValue = (raw: unknown): unknown => {
  if (typeof raw !== 'string') return raw;
  try {
    return JSON.parse(raw);
  } catch {
    return undefined; // No JSON is a value that fits nothing, and is reported as that.
  }
};

const integer = (least: number, most: number): Reader<number> => ({
  must: `a whole number from ${least} to ${most}`,
  read: (raw) => {
    const value = typeof raw === 'string' && /^\s*\d+\s*$/.test(raw) ? Number(raw) : raw;
    return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined;
  },
});

const boolean: Reader<boolean> = {
  must: 'true, false, 1 or 0',
  read: (raw) => {
    const text = typeof raw === 'string' ? raw.trim().toLowerCase() : raw;
    if (text === true || text === 'true' || text === '1' || text === 1) return true;
    return text === false || text === 'false' || text === '0' || text === 0 ? false : undefined;
  },
};

const oneOf = <T extends string>(values: readonly T[]): Reader<T> => ({ must: `one of ${values.join(', ')}`, read: (raw) => values.find((value) => value === raw) });

const args: Reader<readonly string[]> = {
  must: 'a JSON array of strings, such as ["--model", "opus"]',
  read: (raw) => {
    const value = jsonValue(raw);
    return isTexts(value) ? Object.freeze([...value]) : undefined;
  },
};

const list = (must: string, fits: (item: string) => boolean): Reader<readonly string[]> => ({
  must,
  read: (raw) => {
    const items = typeof raw === 'string' ? raw.split(',') : raw;
    if (!isTexts(items)) return undefined;
    const trimmed = items.map((item) => item.trim().toLowerCase()).filter((item) => item !== '');
    return trimmed.every(fits) ? Object.freeze(trimmed) : undefined;
  },
});

const variables: Reader<Readonly<Record<string, string>>> = {
  must: 'a JSON object of strings whose names are letters, digits and _, and do not begin with a digit or with MAKIMA_',
  secret: true,
  read: (raw) => {
    const value = jsonValue(raw);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const pairs: [string, string][] = [];
    for (const [name, text] of Object.entries(value)) {
      // MAKIMA_RUN_ID is how a run's processes are known: what a user sets there would part them from it.
      if (!/^(?!MAKIMA_)[A-Za-z_][A-Za-z0-9_]*$/.test(name) || !isText(text)) return undefined;
      pairs.push([name, text]);
    }
    return Object.freeze(Object.fromEntries(pairs));
  },
};

const hostName = /^(?!-)[a-z0-9._-]{1,253}$/i;
const host: Reader<string> = {
  must: 'an IP address (IPv6 without brackets) or a host name',
  read: (raw) => (typeof raw === 'string' && (isIP(raw) !== 0 || hostName.test(raw)) ? raw : undefined),
};
const hosts = list('host names, with or without a port, separated by commas', (item) => /^([a-z0-9._-]{1,253}|\[[0-9a-f:.]+\])(:\d{1,5})?$/.test(item));
const origins = list('origins such as https://example.org or http://localhost:3000, separated by commas', (item) => /^[a-z][a-z0-9+.-]*:\/\/[^/\s?#@*]+$/.test(item));

const path = (homedir: string, base: string): Reader<string> => ({
  must: 'a path: absolute, relative, or ~ and what is below it',
  read: (raw) => {
    if (!isText(raw) || raw.trim() === '' || /^~[^/]/.test(raw)) return undefined;
    return resolve(base, raw.replace(/^~(?=\/|$)/, () => homedir));
  },
});
const command = (homedir: string, base: string): Reader<string> => ({
  must: 'the name of a command or the path of one',
  read: (raw) => (isText(raw) && raw.trim() !== '' && !/[/~]/.test(raw) ? raw : path(homedir, base).read(raw)),
});

const show = (raw: unknown): string => {
  const text = JSON.stringify(raw);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

/** What stands in the file; nothing where there is none. Whatever is wrong with it goes to the problems. */
const readFile = (file: string, problems: string[]): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
    problems.push(`${file} holds ${show(value)}: it must be a JSON object, such as {"port": 8081}`);
  } catch (error) {
    // No file, or a home that is none: whoever opens the home says that.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return {};
    problems.push(`${file} cannot be read as JSON (${messageOf(error)}): correct or remove it`);
  }
  return {};
};

const variableOf = (name: string): string => `MAKIMA_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
/** What makima itself puts into its agents' environment: a daemon that is started by an agent inherits it. */
const agentVariables = ['MAKIMA_API_URL', 'MAKIMA_API_KEY', 'MAKIMA_TASK_ID', 'MAKIMA_RUN_ID'];

/**
 * The settings out of the environment and `config.json` in the home; the environment wins, and an empty text is as
 * good as none.
 * @param options - `homedir` stands for `~`; `cwd` is where relative paths in the environment begin (those in the
 *   file begin at the home)
 * @returns the frozen settings, and warnings for the log
 * @throws ConfigError with everything that is wrong at once
 */
export const loadConfig = (env: NodeJS.ProcessEnv, { homedir, cwd = process.cwd() }: { homedir: string; cwd?: string }): { config: Config; warnings: string[] } => {
  const problems: string[] = [];
  const names = new Set<string>();

  const read = <T>({ must, read, secret }: Reader<T>, name: string, raw: unknown): T | undefined => {
    if (raw === undefined || raw === '') return undefined;
    const value = read(raw);
    if (value === undefined) problems.push(`${name} is ${secret ? 'not usable (its value is not shown)' : show(raw)}: it must be ${must}`);
    return value;
  };
  const fromEnv = <T>(reader: Reader<T>, name: string): T | undefined => {
    names.add(name);
    return read(reader, variableOf(name), env[variableOf(name)]);
  };

  const home = fromEnv(path(homedir, cwd), 'home') ?? join(homedir, '.makima');
  const file = join(home, 'config.json');
  const written = readFile(file, problems);
  const get = <T>(name: string, fallback: T, reader: Reader<T>, fileReader = reader): T => {
    const inFile = read(fileReader, `${name} in ${file}`, Object.hasOwn(written, name) ? written[name] : undefined);
    return fromEnv(reader, name) ?? inFile ?? fallback;
  };

  const none: readonly string[] = Object.freeze([]);
  const config: Config = Object.freeze({
    ...tunables,
    home,
    host: get('host', '127.0.0.1', host),
    port: get('port', 8080, integer(0, 65_535)),
    allowedHosts: get('allowedHosts', none, hosts),
    allowedOrigins: get('allowedOrigins', none, origins),
    worktreeDir: get('worktreeDir', join(home, 'worktrees'), path(homedir, cwd), path(homedir, home)),
    maxConcurrentTasks: get('maxConcurrentTasks', 4, integer(1, 1000)),
    maxDepth: get('maxDepth', 2, integer(0, 100)),
    claudeCommand: get('claudeCommand', 'claude', command(homedir, cwd), command(homedir, home)),
    claudePreArgs: get('claudePreArgs', none, args),
    claudeArgs: get('claudeArgs', none, args),
    enablePermissions: get('enablePermissions', false, boolean),
    disableVerbose: get('disableVerbose', false, boolean),
    agentEnv: get('agentEnv', Object.freeze({}), variables),
    logLevel: get('logLevel', 'info', oneOf(logLevels)),
  });

  for (const name of Object.keys(written)) {
    if (name === 'home') problems.push(`home in ${file} has no effect there: set MAKIMA_HOME in the environment`);
    else if (!names.has(name)) problems.push(`${name} in ${file} is no setting: it must be one of ${[...names].filter((known) => known !== 'home').join(', ')}`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const known = new Set([...[...names].map(variableOf), ...agentVariables]);
  const warnings = Object.keys(env)
    .filter((name) => name.startsWith('MAKIMA_') && !known.has(name))
    .map((name) => `${name} is no setting of makima and has no effect`);
  return { config, warnings };
};
