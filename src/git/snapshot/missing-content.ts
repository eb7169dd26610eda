import { Remembered } from '../../domain/remembered.ts';
import { git, keyOf, showPath } from '../command/index.ts';
import { borrowing } from '../repository/index.ts';
import { makimaDirectory } from '../worktree/index.ts';
import { commitsOf } from './commit-facts.ts';

/** What a subtask's worktree holds, the base commit that its changes are measured against, and the git directory that has both. */
export interface ChildContent {
  gitDir: string;
  tree: string;
  baseCommit: string;
}

const known = new Remembered<string[]>(2000);

const question = (child: ChildContent, parentTree: string): string => `${child.baseCommit} ${child.tree} ${parentTree}`;

/**
 * What a subtask changed that its parent does not have in the same form: content, mode, and that a file is gone. Empty
 * where the work was brought over, by a merge or by hand.
 *
 * @param parent - everything that the parent's worktree holds, and its git directory
 * @returns the paths that differ
 * @throws MakimaError GIT_FAILED
 */
export const missingContent = async (
  child: ChildContent,
  parent: { gitDir: string; tree: string },
  signal?: AbortSignal,
): Promise<string[]> => {
  await compareContent([child], parent, signal);
  return known.get(question(child, parent.tree)) ?? [];
};

/** Finds that out of many subtasks at once, by two commands for all that nobody has asked about. @throws MakimaError GIT_FAILED */
export const compareContent = async (
  children: readonly ChildContent[],
  parent: { gitDir: string; tree: string },
  signal?: AbortSignal,
): Promise<void> => {
  const unknown = children.filter((child) => known.get(question(child, parent.tree)) === undefined);
  if (unknown.length === 0) return;
  const gitDirs = [parent.gitDir, ...new Set(unknown.map(({ gitDir }) => gitDir))];
  const bases = await commitsOf(
    gitDirs,
    unknown.map(({ baseCommit }) => baseCommit),
    signal,
  );
  const pairs = unknown.flatMap((child) => [`${bases.get(child.baseCommit)?.tree} ${child.tree}`, `${parent.tree} ${child.tree}`]);
  const differences = await differencesOf(gitDirs, pairs, signal);
  for (const [position, child] of unknown.entries()) {
    const [changed, differing] = [differences[2 * position] ?? [], differences[2 * position + 1] ?? []];
    const differ = new Set(differing.map(keyOf));
    known.set(question(child, parent.tree), changed.filter((file) => differ.has(keyOf(file))).map(showPath));
  }
};

/** The paths in which each pair of trees differs, in their order. */
const differencesOf = async (gitDirs: readonly string[], pairs: readonly string[], signal?: AbortSignal): Promise<Buffer[][]> => {
  const [gitDir, ...others] = gitDirs;
  const args = ['diff-tree', '--stdin', '-r', '-z', '--raw', '--no-renames', '--no-ext-diff', '--ignore-submodules=none'];
  const { stdout } = await git([...args, '--', ':(top)', `:(top,exclude,literal)${makimaDirectory}`], {
    gitDir: gitDir ?? '',
    env: others.length > 0 ? borrowing(others) : {},
    input: pairs.map((pair) => `${pair}\n`).join(''),
    signal,
  });
  // each pair on a line of its own, and its differences: a record that begins with a colon, and the path
  let at = 0;
  return pairs.map(() => {
    at = stdout.indexOf(0x0a, at) + 1;
    const paths: Buffer[] = [];
    while (stdout[at] === 0x3a) {
      const begin = stdout.indexOf(0, at) + 1;
      const end = stdout.indexOf(0, begin);
      paths.push(stdout.subarray(begin, end));
      at = end + 1;
    }
    return paths;
  });
};
