import path from 'node:path';
import { Remembered } from '../../../domain/remembered.ts';
import { stampBehind, together } from '../../../files/stamp.ts';
import { fromUserHome, git, systemDirectories, userGitDirectory, userHome } from '../../command/index.ts';
import { headPlaceOf, type Worktree } from '../../worktree/index.ts';
import { identityIn } from './identity.ts';

/** What git's configuration says of how a file becomes an object. */
export interface Settings {
  /** The bit that makes a file a program is to be had from the file itself, and a link is one. */
  isPlainFileSystem: boolean;
  /** The file system takes two names that differ in case for one. */
  ignoresCase: boolean;
  /** Ends of lines are changed whatever the attributes say. */
  convertsLines: boolean;
  /** Who commits; null where git alone can say. */
  identity: string | null;
  /** Files of attributes outside the worktree. */
  attributeFiles: string[];
  /** What all of it was read from. */
  state: string;
}

interface Known extends Settings {
  files: string[];
  readAt: number;
  includes: boolean;
}

/** A file that another one includes may be made anew, of which no file that was read tells. */
const maxAgeMs = 30_000;
const known = new Remembered<Known>(1000);

const usual = (): string[] => [
  path.join(userHome(), '.gitconfig'),
  path.join(userGitDirectory(), 'config'),
  process.env['GIT_CONFIG_SYSTEM'] ?? '/etc/gitconfig',
  ...[process.env['GIT_CONFIG_GLOBAL']].filter((file) => file !== undefined),
];

/** The settings of a worktree; read by git where a file that they come from has changed. */
export const settingsOf = async (worktree: Worktree, signal?: AbortSignal): Promise<Settings> => {
  const { adminDir } = worktree;
  const found = known.get(adminDir);
  if (found !== undefined && (!found.includes || Date.now() - found.readAt < maxAgeMs)) {
    if (stateOf(found.files) === found.state) return found;
  }
  const { stdout } = await git(['config', '--list', '--null', '--show-origin'], { ...headPlaceOf(worktree), cwd: worktree.gitDir, signal });
  const fields = stdout.toString('utf8').split('\0');
  const origins = new Set<string>();
  const values = new Map<string, string>();
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [origin = '', text = ''] = [fields[index], fields[index + 1]];
    if (origin.startsWith('file:')) origins.add(path.resolve(worktree.gitDir, origin.slice('file:'.length)));
    const end = text.indexOf('\n');
    values.set(end === -1 ? text : text.slice(0, end), end === -1 ? 'true' : text.slice(end + 1));
  }
  const own = [path.join(worktree.gitDir, 'config'), path.join(adminDir, 'config.worktree')];
  const files = [...new Set([...origins, ...own, ...usual()])];
  const isOn = (key: string, otherwise: boolean): boolean => {
    const value = values.get(key)?.toLowerCase();
    return value === undefined ? otherwise : !['false', 'no', 'off', '0', ''].includes(value);
  };
  const includes = [...values.keys()].some((key) => key.startsWith('include'));
  const settings: Known = {
    isPlainFileSystem: isOn('core.filemode', true) && isOn('core.symlinks', true),
    ignoresCase: isOn('core.ignorecase', false),
    convertsLines: isOn('core.autocrlf', false),
    identity: identityIn(values, includes),
    attributeFiles: [
      ...systemDirectories.map((directory) => path.join(directory, 'gitattributes')),
      attributesFile(values.get('core.attributesfile')),
      path.join(worktree.gitDir, 'info', 'attributes'),
    ],
    files,
    includes,
    readAt: Date.now(),
    state: stateOf(files),
  };
  known.set(adminDir, settings);
  return settings;
};

const attributesFile = (named: string | undefined): string => {
  if (named === undefined || named === '') return path.join(userGitDirectory(), 'attributes');
  return fromUserHome(named);
};

/** Files that were written just now are never what they were. */
const stateOf = (files: readonly string[]): string => {
  const { text, isSettled } = together(files.map(stampBehind));
  return isSettled ? text : `${text} ${crypto.randomUUID()}`;
};
