import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../../files/failure.ts';
import { stampBehind, together } from '../../../files/stamp.ts';
import { fromUserHome, git, type GitPlace, systemDirectories, userGitDirectory, userHome } from '../../command/index.ts';

/** The user's own files that decide, beside a repository's, how git checks out, and how they stood. */
export interface UserSettings {
  files: readonly string[];
  state: string;
}

/** Sections that have a say in a checkout, or lead to more. */
const deciding = /^\s*\[\s*(?:core|filter|include|includeif|checkout|index|extensions|feature)\b/im;

const expanded = (file: string, base: string): string => path.resolve(base, fromUserHome(file));

/** The text of a file, empty where there is none. */
const textOf = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return '';
    throw error;
  });

const stateOf = (files: readonly string[]): string => together(files.map(stampBehind)).text;

/**
 * Looks at all that the user's own settings have to say of a checkout: one git process.
 * @param place - a repository that is to be checked out
 * @returns null where that can be another thing for another repository, or where a program may change files on their way
 */
export const userSettingsOf = async (place: GitPlace & { gitDir: string }, signal?: AbortSignal): Promise<UserSettings | null> => {
  const ownDirectory = userGitDirectory();
  const global = process.env['GIT_CONFIG_GLOBAL'];
  const files = new Set(global === undefined ? [path.join(userHome(), '.gitconfig'), path.join(ownDirectory, 'config')] : [global]);
  for (const directory of systemDirectories) files.add(path.join(directory, 'gitconfig'));
  const system = process.env['GIT_CONFIG_SYSTEM'];
  if (system !== undefined) files.add(system);
  let attributes = path.join(ownDirectory, 'attributes');
  const attributeDirectories = new Set(systemDirectories);
  const { stdout } = await git(['config', '--list', '--null', '--show-scope', '--show-origin'], { ...place, cwd: place.gitDir, signal });
  const fields = stdout.toString('utf8').split('\0');
  for (let index = 0; index + 2 < fields.length; index += 3) {
    const [scope = '', origin = '', entry = ''] = fields.slice(index, index + 3);
    if (scope === 'local' || scope === 'worktree') continue;
    const file = origin.startsWith('file:') ? path.resolve('/', origin.slice('file:'.length)) : null;
    if (file !== null) files.add(file);
    if (file !== null && scope === 'system') attributeDirectories.add(path.dirname(file));
    const key = entry.split('\n', 1)[0] ?? '';
    const value = entry.slice(key.length + 1);
    if (key === 'core.attributesfile') attributes = expanded(value, '/');
    if (!/^include(?:if\..+)?\.path$/s.test(key)) continue;
    if (/^(?:~[^/]|%)/.test(value)) return null;
    const included = expanded(value, file === null ? '/' : path.dirname(file));
    files.add(included);
    // whether it counts may hang on where a repository is, or what its branch is called
    if (key !== 'include.path' && deciding.test(await textOf(included))) return null;
  }
  for (const file of [attributes, ...[...attributeDirectories].map((directory) => path.join(directory, 'gitattributes'))]) {
    files.add(file);
    if ((await textOf(file)).includes('filter')) return null;
  }
  return { files: [...files], state: stateOf([...files]) };
};

/** Whether none of them was changed, taken away or made since. */
export const standAsTheyDid = ({ files, state }: UserSettings): boolean => stateOf(files) === state;
