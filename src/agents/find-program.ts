import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { nameSome } from '../domain/names/name-some.ts';

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Missing, a directory on the way that may not be entered, a dangling link: in each case it is not the program.
    return false;
  }
};

const folders = (env: Readonly<Record<string, string | undefined>>): string[] => [
  ...new Set((env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder))),
];

/** More make a message that nobody reads. */
const maxNamed = 30;

/** Where findProgram looks for a name, in words. */
export const searchedFolders = (env: Readonly<Record<string, string | undefined>>): string => {
  const all = folders(env);
  if (all.length === 0) return 'no folder, as the PATH names none by its absolute path';
  return nameSome(all, maxNamed);
};

/**
 * The absolute path of a program, null where there is none that may be run.
 * An agent is started inside a worktree, so neither a relative command nor a relative entry of the PATH may be left for
 * the system to resolve there: a repository could bring its own `claude`.
 * @param command - a name to be found on the PATH, or a path: absolute, below `~`, or relative to the daemon's directory
 * @param env - where PATH and HOME are looked up
 */
export const findProgram = (command: string, env: Readonly<Record<string, string | undefined>>): string | null => {
  if (command === '' || command.includes('\0')) return null;
  if (command.startsWith('~/')) return orNull(path.join(env['HOME'] ?? homedir(), command.slice(2)));
  if (command.includes('/')) return orNull(path.resolve(command));
  return (
    folders(env)
      .map((folder) => path.join(folder, command))
      .find(isProgram) ?? null
  );
};

const orNull = (file: string): string | null => (isProgram(file) ? file : null);
