import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { localPath } from '../typescript/home.ts';

/** A clone URL, or new:// for an empty repository: what is no path on this machine. */
const isElsewhere = (repository: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(repository) || /^[^/:]+@?[^/:]*:(?!\/\/)/.test(repository);

/** The top of the repository in which a directory is; null where it is in none. */
export const topOf = (directory: string): string | null => {
  for (let at = resolve(directory); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return null;
  }
};

/** A repository as it was typed, as the daemon takes it: a path anywhere in one is its top; a bare one, and what is no path, is as it is. */
export const repositoryOf = (typed: string): string => {
  if (isElsewhere(typed) && !existsSync(typed)) return typed;
  const path = localPath(typed);
  return existsSync(path) ? (topOf(path) ?? path) : path;
};
