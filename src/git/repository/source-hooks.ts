import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { namesIn } from '../../files/look.ts';
import { readPlainText } from '../../files/rewrite-file.ts';
import type { LocalRepository } from './local-repository.ts';

/** The hooks that a commit runs (githooks(5)); those of a checkout or a push have nothing to say of an agent's work. */
const ofCommits = new Set(['pre-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit']);

const isProgram = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Those of a directory that a commit runs. */
const hooksIn = async (directory: string): Promise<string[]> => {
  const found: string[] = [];
  for (const name of await namesIn(directory)) if (ofCommits.has(name) && (await isProgram(path.join(directory, name)))) found.push(name);
  return found;
};

/** Whether a task's own repository has hooks for its commits: a setup command has installed them. Files are read, no process runs. */
export const hasHooks = async (gitDir: string): Promise<boolean> =>
  /^[ \t]*hookspath[ \t]*=/im.test((await readPlainText(path.join(gitDir, 'config'))) ?? '') ||
  (await hooksIn(path.join(gitDir, 'hooks'))).length > 0;

/**
 * Says which of a source's own hooks are not run for an agent's commits. They belong to the user's checkout, and a repository
 * that is copied brings none: so it is with every clone, but a person does not know that the agent's is one.
 *
 * @param config - the source's own configuration
 * @returns one sentence; null where it has none
 */
export const hooksNotRun = async (
  { path: source, commonDir }: LocalRepository,
  config: ReadonlyMap<string, string>,
): Promise<string | null> => {
  const configured = config.get('core.hookspath');
  const directory = configured === undefined ? path.join(commonDir, 'hooks') : path.resolve(source, configured);
  const found = await hooksIn(directory);
  if (found.length === 0) return null;
  return `The hooks of ${source} (${found.join(', ')}) are not run for this task's commits. To have them, install them by a setup command in makima.json: it works in the task's own repository (\`npm ci\` with husky, \`pre-commit install\`, \`git config core.hooksPath <directory>\`)`;
};
