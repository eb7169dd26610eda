import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { git } from './git-command.ts';
import { gitError } from './git-error.ts';
import { isMissing } from './local-repository.ts';
import { parseMergeOutput, type MergeOutput } from './merge-kind.ts';
import { temporaryFile } from './worktree.ts';

/**
 * Merges two commits without touching a worktree, an index or a ref.
 *
 * Git is given a directory of its own that shares nothing but the objects. So the sides are called `ours` and `theirs` in
 * conflict markers and in the names of files that had to be moved, as resolving calls them; and no merge driver that an
 * agent has written into the private repository's configuration is run. The user's own drivers and the `.gitattributes` of
 * the receiving worktree count.
 *
 * @param gitDir - the private repository
 * @param workTree - where attributes are read
 * @param ours - a commit
 * @param theirs - a commit
 * @throws MakimaError GIT_FAILED, DISK_FULL
 */
export const computeMerge = async (gitDir: string, workTree: string, ours: string, theirs: string, signal?: AbortSignal): Promise<MergeOutput> => {
  const scratch = await temporaryFile(gitDir, 'merge');
  try {
    await prepare(gitDir, scratch, { ours, theirs });
    const { stdout, stderr, exitCode } = await git(['merge-tree', '--write-tree', '-z', '--messages', '--allow-unrelated-histories', 'ours', 'theirs'], {
      gitDir: scratch,
      workTree,
      env: { GIT_OBJECT_DIRECTORY: path.join(gitDir, 'objects') },
      // 1: there are conflicts; or, as it seems, an argument names no commit, of which nothing is printed to stdout
      answers: [1],
      signal,
    });
    const output = parseMergeOutput(stdout);
    if (output === null) throw gitError('merge-tree', exitCode, stderr);
    return output;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};

const prepare = async (gitDir: string, scratch: string, sides: Record<string, string>): Promise<void> => {
  await mkdir(path.join(scratch, 'refs', 'heads'), { recursive: true });
  await writeFile(path.join(scratch, 'HEAD'), 'ref: refs/heads/ours\n');
  for (const [name, commit] of Object.entries(sides)) await writeFile(path.join(scratch, 'refs', 'heads', name), `${commit}\n`);
  const format = sides['ours']?.length === 64 ? 'sha256' : 'sha1';
  await writeFile(path.join(scratch, 'config'), `[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = ${format}\n`);
  try {
    await copyFile(path.join(gitDir, 'shallow'), path.join(scratch, 'shallow'));
  } catch (error) {
    // only a shallow clone has one
    if (!isMissing(error)) throw error;
  }
};
