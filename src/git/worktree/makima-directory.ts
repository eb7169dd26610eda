import { appendFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isFree, makeDirectory, writeNew } from '../../files/at-once.ts';
import { isDirectory } from '../../files/look.ts';
import { removeTree } from '../../files/remove-tree.ts';
import { readPlainText } from '../../files/rewrite-file.ts';
import { requirePlainGitData } from '../repository/index.ts';
import type { Worktree } from './worktree.ts';

/** Where orchestrate.sh and other files of makima's lie in a worktree. */
export const makimaDirectory = '.makima';

/** `/.makima/` is ignored in every worktree of the repository. Can be repeated. */
const excludeMakima = async (gitDir: string): Promise<void> => {
  const file = path.join(gitDir, 'info', 'exclude');
  await mkdir(path.dirname(file), { recursive: true });
  const text = (await readPlainText(file)) ?? '';
  if (text.split('\n').includes('/.makima/')) return;
  await appendFile(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}/.makima/\n`);
};

/**
 * Makes `.makima/` in a worktree such that no git command of an agent can commit what is in it. Ignoring it is not enough:
 * `git add -f` adds ignored files. An empty repository inside is a border that git does not cross: measured, `git add -f
 * .makima`, `git add -A -f` and `git add -f .` fail ("does not have a commit checked out"), `git add -f
 * .makima/orchestrate.sh` does nothing, and `git clean -fdx` and `git stash -a` leave it alone. Can be repeated.
 *
 * @returns the absolute path of the directory, a real one whatever stood there before
 */
export const makeMakimaDirectory = async (worktree: Pick<Worktree, 'path'>): Promise<string> => {
  const directory = path.join(worktree.path, makimaDirectory);
  // a link here would send what makima writes somewhere else
  if (!isFree(directory) && !(await isDirectory(directory))) await rm(directory, { force: true });
  makeDirectory(directory);
  const border = path.join(directory, '.git');
  // made anew each time: through a link that an agent put in it makima would write somewhere else
  if (!isFree(border)) await removeTree(border);
  for (const each of ['', 'objects', 'refs']) makeDirectory(path.join(border, each));
  writeNew(path.join(border, 'HEAD'), 'ref: refs/heads/makima\n');
  return directory;
};

/** The same, and has the repository ignore it, whatever an agent has made of that. Can be repeated. @throws MakimaError GIT_FAILED */
export const sealMakimaDirectory = async (worktree: Worktree): Promise<string> => {
  const directory = await makeMakimaDirectory(worktree);
  await requirePlainGitData(worktree.gitDir);
  await excludeMakima(worktree.gitDir);
  return directory;
};
