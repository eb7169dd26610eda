import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../files/failure.ts';
import { git, gitError } from '../command/index.ts';
import { temporaryFile } from '../worktree/index.ts';
import { parseMergeOutput, type MergeOutput } from './kind.ts';

/** Where a merge is computed: a git directory of its own, the worktree whose attributes count, and where objects are written if not there. */
export interface MergeRoom {
  gitDir: string;
  workTree: string;
  objects?: string;
}

/**
 * Makes a git directory for computing merges, and removes it afterwards.
 *
 * It shares nothing with the repository but the objects. So the sides are called `ours` and `theirs` in conflict markers and in
 * the names of files that had to be moved, as resolving calls them; and no merge driver that an agent has written into the
 * repository's configuration is run. The user's own drivers and the `.gitattributes` of the receiving worktree count.
 *
 * @param repository - the git directory whose history it is
 * @param format - an object id of it, which tells how objects are named
 */
export const inScratch = async <T>(repository: string, format: string, step: (scratch: string) => Promise<T>): Promise<T> => {
  const scratch = await temporaryFile(repository, 'merge');
  try {
    await mkdir(path.join(scratch, 'refs', 'heads'), { recursive: true });
    await writeFile(path.join(scratch, 'HEAD'), 'ref: refs/heads/ours\n');
    await writeFile(
      path.join(scratch, 'config'),
      `[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = ${format.length === 64 ? 'sha256' : 'sha1'}\n`,
    );
    await copyFile(path.join(repository, 'shallow'), path.join(scratch, 'shallow')).catch((error: unknown) => {
      // only a shallow clone has one
      if (!isMissing(error)) throw error;
    });
    return await step(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};

/**
 * Merges two commits without touching a worktree, an index or a ref. One at a time in a room.
 *
 * @throws MakimaError GIT_FAILED, DISK_FULL
 */
export const mergeIn = async (
  { gitDir, workTree, objects }: MergeRoom,
  ours: string,
  theirs: string,
  signal?: AbortSignal,
): Promise<MergeOutput> => {
  for (const [name, commit] of Object.entries({ ours, theirs })) await writeFile(path.join(gitDir, 'refs', 'heads', name), `${commit}\n`);
  const { stdout, stderr, exitCode } = await git(
    ['merge-tree', '--write-tree', '-z', '--messages', '--allow-unrelated-histories', 'ours', 'theirs'],
    {
      gitDir,
      workTree,
      ...(objects !== undefined && { env: { GIT_OBJECT_DIRECTORY: objects } }),
      // 1: there are conflicts; or, as it seems, an argument names no commit, of which nothing is printed to stdout
      answers: [1],
      signal,
    },
  );
  const output = parseMergeOutput(stdout);
  if (output === null) throw gitError('merge-tree', exitCode, stderr);
  return output;
};

/** Merges two commits of a repository, and leaves the result's objects there. */
export const computeMerge = (gitDir: string, workTree: string, ours: string, theirs: string, signal?: AbortSignal): Promise<MergeOutput> =>
  inScratch(gitDir, ours, (scratch) => mergeIn({ gitDir: scratch, workTree, objects: path.join(gitDir, 'objects') }, ours, theirs, signal));
