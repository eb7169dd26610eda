/** The kinds of value that a setting can be. Both a variable's text and a JSON value are read. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';

/** How a setting is read from the text of a variable or from a JSON value; undefined where it does not fit. */
export interface Reader<T> {
  must: string;
  read: (raw: unknown) => T | undefined;
  /** The value is not repeated in a message: it may hold a password. */
  secret?: true;
  /** What is wrong with a value that does not fit, and what it must be; said in the place of the value and `must`. */
  wrong?: (raw: unknown) => string[];
}

const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);

/** A JSON value, out of a variable's text where it stands in one. */
export const jsonValue = (raw: unknown): unknown => {
  if (typeof raw !== 'string') return raw;
  try {
    return JSON.parse(raw);
  } catch {
    return undefined; // No JSON is a value that fits nothing, and is reported as that.
  }
};

export const integer = (least: number, most: number): Reader<number> => ({
  must: `a whole number from ${least} to ${most}`,
  read: (raw) => {
    const value = typeof raw === 'string' && /^\s*\d+\s*$/.test(raw) ? Number(raw) : raw;
    return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined;
  },
});

export const boolean: Reader<boolean> = {
  must: 'true, false, 1 or 0',
  read: (raw) => {
    const text = typeof raw === 'string' ? raw.trim().toLowerCase() : raw;
    if (text === true || text === 'true' || text === '1' || text === 1) return true;
    return text === false || text === 'false' || text === '0' || text === 0 ? false : undefined;
  },
};

export const oneOf = <T extends string>(values: readonly T[]): Reader<T> => ({
  must: `one of ${values.join(', ')}`,
  read: (raw) => values.find((value) => value === raw),
});

export const args: Reader<readonly string[]> = {
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

/** Some of a few words, separated by commas. */
export const someOf = <T extends string>(values: readonly T[]): Reader<readonly T[]> => ({
  must: `one or more of ${values.join(', ')}, separated by commas`,
  read: (raw) => {
    const items = typeof raw === 'string' ? raw.split(',').map((item) => item.trim()) : raw;
    if (!isTexts(items) || items.length === 0) return undefined;
    const found = values.filter((value) => items.includes(value));
    return found.length === new Set(items).size ? Object.freeze(found) : undefined;
  },
});

export const variables: Reader<Readonly<Record<string, string>>> = {
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

export const person: Reader<Readonly<{ name: string; email: string }>> = {
  must: 'a name and a mail address, such as Ada Lovelace <ada@example.org>',
  read: (raw) => {
    const [, name, email] = (isText(raw) && /^\s*([^<>\p{Cc}]*[^<>\p{Cc}\s])\s*<([^<>\p{Cc}\s]+)>\s*$/u.exec(raw)) || [];
    return name === undefined || email === undefined ? undefined : Object.freeze({ name, email });
  },
};

export const hostName = /^(?!-)[a-z0-9._-]{1,253}$/i;
export const host: Reader<string> = {
  must: 'an IP address (IPv6 without brackets) or a host name',
  read: (raw) => (typeof raw === 'string' && (isIP(raw) !== 0 || hostName.test(raw)) ? raw : undefined),
};
export const hosts = list('host names, with or without a port, separated by commas', (item) =>
  /^([a-z0-9._-]{1,253}|\[[0-9a-f:.]+\])(:\d{1,5})?$/.test(item),
);

/** An address with the length of its prefix, or without. */
const isNetwork = (item: string): boolean => {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(item) ?? [];
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return bits > 0 && Number(prefix ?? 0) <= bits;
};
export const hostsAndNetworks = list(
  'host names, addresses and networks such as hooks.lan, 127.0.0.1 or 10.1.0.0/16, separated by commas',
  (item) => isNetwork(item) || (hostName.test(item) && isIP(item) === 0),
);
export const proxies = list(
  'addresses and networks such as 10.0.0.7 or 10.1.0.0/16, loopback or unix, separated by commas',
  (item) => item === 'loopback' || item === 'unix' || isNetwork(item),
);
export const origins = list('origins such as https://example.org or http://localhost:3000, separated by commas', (item) =>
  /^[a-z][a-z0-9+.-]*:\/\/[^/\s?#@*]+$/.test(item),
);

export const basePath: Reader<string> = {
  must: 'a path such as /makima: it begins with / and does not end with one, and its parts are letters, digits and . _ ~ -',
  read: (raw) => (typeof raw === 'string' && /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/.test(raw) ? raw : undefined),
};

export const path = (homedir: string, base: string): Reader<string> => ({
  must: 'a path: absolute, relative, or ~ and what is below it',
  read: (raw) => {
    if (!isText(raw) || raw.trim() === '' || /^~[^/]/.test(raw)) return undefined;
    return resolve(
      base,
      raw.replace(/^~(?=\/|$)/, () => homedir),
    );
  },
});
export const command = (homedir: string, base: string): Reader<string> => ({
  must: 'the name of a command or the path of one',
  read: (raw) => (isText(raw) && raw.trim() !== '' && !/[/~]/.test(raw) ? raw : path(homedir, base).read(raw)),
});

/** A command alone, or with its arguments as a JSON array. */
export const commandLine = (homedir: string, base: string): Reader<readonly string[]> => ({
  must: 'a command, or a JSON array of one and its arguments, such as ["notify-send", "makima"]',
  read: (raw) => {
    const isArray = Array.isArray(raw) || (isText(raw) && raw.trimStart().startsWith('['));
    const [first, ...rest] = isArray ? (args.read(raw) ?? []) : [raw];
    const program = command(homedir, base).read(first);
    return program === undefined || !isTexts(rest) ? undefined : Object.freeze([program, ...rest]);
  },
});
