import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** A path as it was typed, absolute, with ~ as the user's home. */
export const localPath = (path: string): string => resolve(path.replace(/^~(?=\/|$)/, homedir));

/** A daemon's home, by what was said of it. */
export const homeOf = (given: string | undefined): string => (given === undefined ? join(homedir(), '.makima') : localPath(given));

/** What `daemon.json` says, to be looked at field by field; nothing where there is none, or the daemon is about to write it. */
export const readDaemonFile = async (home: string): Promise<Readonly<Record<string, unknown>>> => {
  try {
    const content: unknown = JSON.parse(await readFile(join(home, 'daemon.json'), 'utf8'));
    return typeof content === 'object' && content !== null ? { ...content } : {};
  } catch {
    return {};
  }
};
