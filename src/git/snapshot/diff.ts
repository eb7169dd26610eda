import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { FileChange } from '../../../schemas/worktree.ts';
import { git, type GitPlace, showPath, splitNul } from '../command/index.ts';
import { makimaDirectory, placeOf, temporaryFile, type Worktree } from '../worktree/index.ts';
import { snapshotTree } from './snapshot.ts';

/** Files compared with each other to find renames, at the most; above it they show as deleted and added. */
const renameLimit = 2000;

/** Nothing of the user's or the repository's diff configuration counts, since `git apply` must take the patch. */
const flags = [
  '-r',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--no-relative',
  '--ignore-submodules=none',
  '--find-renames=50%',
  `-l${renameLimit}`,
];
const pathspecOf = (paths: readonly string[]): string[] => [
  '--',
  ...(paths.length === 0 ? [':(top)'] : paths.map((path) => `:(top,literal)${path}`)),
  `:(top,exclude,literal)${makimaDirectory}`,
];

/** Two trees are compared; the work tree is there for its .gitattributes. The worktree's own index may be broken. */
const diffPlace = (worktree: Worktree): GitPlace => ({
  ...placeOf(worktree),
  indexFile: path.join(worktree.gitDir, 'makima-tmp', 'no-index'),
});

/**
 * The task's changes against a commit, uncommitted and untracked ones too, as a patch that `git apply` takes and that
 * brings back every file exactly: binary, modes, links, names of any bytes.
 *
 * @param paths - of these files alone, as they are named in the worktree; all where left out
 * @returns a stream of the patch; it holds one open file until it is read to its end or destroyed
 * @throws MakimaError WORKTREE_NOT_FOUND, DISK_FULL, GIT_FAILED
 */
export const diffPatch = async (
  worktree: Worktree,
  baseCommit: string = worktree.baseCommit,
  signal?: AbortSignal,
  paths: readonly string[] = [],
): Promise<Readable> => {
  const tree = await snapshotTree(worktree, signal);
  // by way of a file: a slow reader holds neither memory nor a git process
  const file = await temporaryFile(worktree.gitDir, 'patch');
  try {
    const format = [
      '--patch',
      '--binary',
      '--full-index',
      '--unified=3',
      '--inter-hunk-context=0',
      '--src-prefix=a/',
      '--dst-prefix=b/',
      '--submodule=short',
      '--diff-algorithm=myers',
      `--output=${file}`,
    ];
    await git(['diff-tree', ...flags, ...format, baseCommit, tree, ...pathspecOf(paths)], {
      ...diffPlace(worktree),
      signal,
      config: [
        ['diff.suppressBlankEmpty', 'false'],
        ['diff.orderFile', '/dev/null'],
      ],
    });
    const handle = await open(file, 'r');
    return handle.createReadStream();
  } finally {
    await rm(file, { force: true });
  }
};

/**
 * The files that the task changed against a commit.
 *
 * @throws MakimaError WORKTREE_NOT_FOUND, DISK_FULL, GIT_FAILED
 */
export const diffFiles = async (
  worktree: Worktree,
  baseCommit: string = worktree.baseCommit,
  signal?: AbortSignal,
): Promise<FileChange[]> => {
  const tree = await snapshotTree(worktree, signal);
  const { stdout } = await git(['diff-tree', ...flags, '-z', '--raw', '--numstat', baseCommit, tree, ...pathspecOf([])], {
    ...diffPlace(worktree),
    signal,
  });
  return parseChanges(splitNul(stdout));
};

const statuses: Readonly<Record<string, FileChange['status']>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  T: 'type-changed',
};

/** First all `--raw` records, then as many `--numstat` ones in the same order. */
const parseChanges = (fields: readonly Buffer[]): FileChange[] => {
  const changes: FileChange[] = [];
  let index = 0;
  const next = (): Buffer => fields[index++] ?? Buffer.alloc(0);
  while (fields[index]?.[0] === 0x3a) {
    const letter = next().toString('latin1').split(' ').at(4)?.[0] ?? 'M';
    const first = showPath(next());
    const status = statuses[letter] ?? 'modified';
    changes.push(
      status === 'renamed'
        ? { path: showPath(next()), oldPath: first, status, additions: null, deletions: null }
        : { path: first, status, additions: null, deletions: null },
    );
  }
  for (const change of changes) {
    const [additions, deletions, name] = next().toString('latin1').split('\t');
    if (name === '') index += 2;
    change.additions = count(additions);
    change.deletions = count(deletions);
  }
  return changes;
};

/** `-` stands for a binary file. */
const count = (text: string | undefined): number | null => (text === undefined || text === '-' ? null : Number.parseInt(text, 10));
