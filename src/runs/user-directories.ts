import { readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { agentDirectories } from '../agents/index.ts';
import { codeOf } from '../files/failure.ts';

/** Of the home: what installers, package managers and version managers use, the most usual first. */
const inHome = [
  ...agentDirectories,
  'bin',
  '.npm-global/bin',
  '.volta/bin',
  '.asdf/shims',
  '.local/share/mise/shims',
  '.local/share/pnpm',
  'Library/pnpm',
  '.bun/bin',
  '.deno/bin',
  '.cargo/bin',
  'go/bin',
  '.pyenv/shims',
  '.rbenv/shims',
  '.nix-profile/bin',
];

const ofTheMachine = [
  '/usr/local/bin',
  '/opt/homebrew/bin',
  '/home/linuxbrew/.linuxbrew/bin',
  '/snap/bin',
  '/nix/var/nix/profiles/default/bin',
  '/run/current-system/sw/bin',
  '/usr/local/go/bin',
];

/** What a shell falls back on where there is no PATH at all. */
const systemPath = '/usr/bin:/bin:/usr/sbin:/sbin';

/** A directory or file that cannot be read is not there for this purpose. */
const unlessUnreadable = <T>(read: () => T, otherwise: T): T => {
  try {
    return read();
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return otherwise;
  }
};

const isDirectory = (path: string): boolean => unlessUnreadable(() => statSync(path).isDirectory(), false);

/** nvm keeps no directory that names the version in use; the newest is the likeliest. */
const nvmDirectories = (home: string): string[] => {
  const versions = join(home, '.nvm/versions/node');
  const names = unlessUnreadable(() => readdirSync(versions), []);
  return names.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true })).map((name) => join(versions, name, 'bin'));
};

/** Where `npm install -g` puts programs for a user who has told npm so. */
const npmPrefix = (home: string): string[] => {
  const text = unlessUnreadable(() => readFileSync(join(home, '.npmrc'), 'utf8'), '');
  const prefix = /^[ \t]*prefix[ \t]*=[ \t]*(.+?)[ \t]*$/m.exec(text)?.[1]?.replace(/^~(?=\/)|\$\{HOME\}/, () => home) ?? '';
  return isAbsolute(prefix) ? [join(prefix, 'bin')] : [];
};

/**
 * The PATH with the directories at its end in which a user's programs usually are, those that are there and the agents' own. A service (systemd,
 * launchd, cron) starts a daemon with `/usr/bin:/bin`, and then neither claude nor the project's own tools are found. At
 * the end they shadow nothing, and looking for them starts no process, as asking a login shell would.
 * @param home - of the user
 */
export const withUserDirectories = (path: string | undefined, home: string): string => {
  const there = (path ?? '') === '' ? systemPath : (path ?? '');
  const known = new Set(there.split(delimiter));
  // The agents' own are kept before they are there: their installers make them, and the daemon is not started again for that.
  const kept = new Set(agentDirectories.map((directory) => join(home, directory)));
  // Without a home, its directories would be looked for in the daemon's own.
  const ofTheUser = isAbsolute(home)
    ? [...inHome.map((directory) => join(home, directory)), ...npmPrefix(home), ...nvmDirectories(home)]
    : [];
  const added = [...ofTheUser, ...ofTheMachine];
  return [there, ...new Set(added.filter((directory) => !known.has(directory) && (kept.has(directory) || isDirectory(directory))))].join(
    delimiter,
  );
};
