import { git, showPath, splitNul } from '../command/index.ts';
import { makimaDirectory } from '../worktree/index.ts';

/**
 * What a subtask changed that its parent does not have in the same form: content, mode, and that a file is gone. Empty
 * where the work was brought over, by a merge or by hand.
 *
 * @param child - its tree, the base commit that its changes are measured against, and the git directory that has both
 * @param parent - everything that the parent's worktree holds, and its git directory
 * @returns the paths that differ
 * @throws MakimaError GIT_FAILED
 */
export const missingContent = async (
  child: { gitDir: string; tree: string; baseCommit: string },
  parent: { gitDir: string; tree: string },
  signal?: AbortSignal,
): Promise<string[]> => {
  const pathspec = ['--', ':(top)', `:(top,exclude,literal)${makimaDirectory}`];
  const changed = await git(
    [
      'diff-tree',
      '-r',
      '-z',
      '--raw',
      '--no-renames',
      '--no-ext-diff',
      '--ignore-submodules=none',
      child.baseCommit,
      child.tree,
      ...pathspec,
    ],
    { gitDir: child.gitDir, signal },
  );
  const fields = splitNul(changed.stdout);
  if (fields.length === 0) return [];
  const standing = await entriesOf(parent.gitDir, parent.tree, signal);
  const missing: string[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [, mode = '', , id = ''] = fields[index]?.toString('latin1').split(' ') ?? [];
    const file = fields[index + 1] ?? Buffer.alloc(0);
    const found = standing.get(file.toString('latin1'));
    if (found !== (mode === '000000' ? undefined : `${mode} ${id}`)) missing.push(showPath(file));
  }
  return missing;
};

/** Mode and id of every file of a tree, by its path's bytes as latin1. */
const entriesOf = async (gitDir: string, tree: string, signal?: AbortSignal): Promise<Map<string, string>> => {
  const { stdout } = await git(['ls-tree', '-r', '-z', '--full-tree', tree], { gitDir, signal });
  const entries = new Map<string, string>();
  for (const field of splitNul(stdout)) {
    const text = field.toString('latin1');
    const tab = text.indexOf('\t');
    const [mode = '', , id = ''] = text.slice(0, tab).split(' ');
    entries.set(text.slice(tab + 1), `${mode} ${id}`);
  }
  return entries;
};
