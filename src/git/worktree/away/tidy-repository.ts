import { readdir, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../../files/failure.ts';
import { readPlainText } from '../../../files/rewrite-file.ts';
import { git } from '../../command/index.ts';
import { configOf, keptRefs, refsBelow, requirePlainGitData } from '../../repository/index.ts';
import type { Worktree } from '../worktree.ts';

/** What git's own repack leaves where it is killed is older than any that still writes. */
const abandonedMs = 3600_000;

/** What an agent's settings must not decide: programs, threads and memory for as long as it takes, and what only shows. */
const quiet: [string, string][] = [
  ['core.alternateRefsCommand', ':'],
  ['pack.threads', '1'],
  ['pack.windowMemory', '64m'],
  ['repack.writeBitmaps', 'false'],
  ['repack.updateServerInfo', 'false'],
  ['gc.writeCommitGraph', 'false'],
];

/** Removes half-written packs. Nobody reads a file of such a name. */
const sweepAbandoned = async (packs: string): Promise<void> => {
  const names = await readdir(packs).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const name of names) {
    if (!/^\.?tmp[-_]/.test(name)) continue;
    const found = await stat(path.join(packs, name)).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > abandonedMs) await rm(path.join(packs, name), { force: true });
  }
};

/** An agent may have its repository borrow from elsewhere: packing takes out what is borrowed, and that may go there at any time. */
const borrowsAsRecorded = async ({ gitDir, borrows }: Repository): Promise<boolean> => {
  const objects = path.join(gitDir, 'objects');
  const real = (directory: string): Promise<string> => realpath(directory).catch(() => directory);
  const lines = ((await readPlainText(path.join(objects, 'info', 'alternates'))) ?? '').split('\n').filter((line) => line !== '');
  const known = new Set(await Promise.all((borrows ?? []).map((lender) => real(path.join(lender, 'objects')))));
  const found = await Promise.all(lines.map((line) => real(path.resolve(objects, line))));
  return found.every((each) => known.has(each));
};

type Repository = Pick<Worktree, 'gitDir' | 'adminDir' | 'borrows'>;

/** Whether nothing in a repository would make tidying it up reach, or rely on, what is not its own. A partial clone's missing objects git would fetch. */
const mayBeTidied = async (repository: Repository, signal?: AbortSignal): Promise<boolean> => {
  const { gitDir, adminDir } = repository;
  await requirePlainGitData(gitDir, adminDir);
  const config = await configOf(gitDir, signal);
  return (
    ![...config.keys()].some((key) => /^(?:remote\..*\.promisor|extensions\.partialclone)$/.test(key)) &&
    (await borrowsAsRecorded(repository))
  );
};

/**
 * Packs the objects of a task's repository that have files of their own: an agent that commits for a day leaves tens of thousands, each a
 * block of the disk. Nothing is lost: what no ref, reflog or index reaches keeps its file, every pack that goes is in one that comes, and what is borrowed
 * stays borrowed. Whoever reads meanwhile finds an object in one place or the other. Call it where no agent runs, within `withPresenceLock`.
 * @returns false where it is not packed, since it is a partial clone, or its agent has it borrow objects from elsewhere
 * @throws MakimaError DISK_FULL, GIT_FAILED
 */
export const packRepository = async (repository: Repository, signal?: AbortSignal): Promise<boolean> => {
  const { gitDir } = repository;
  if (!(await mayBeTidied(repository, signal))) return false;
  await sweepAbandoned(path.join(gitDir, 'objects', 'pack'));
  await git(['repack', '-d', '-l', '-q', '--geometric=2'], { gitDir, signal, isBackground: true, config: quiet });
  return true;
};

/** Snapshots that are made for a while: those of before merges. What was kept of the worktree itself is elsewhere. */
const passing = 'refs/makima/merges/';

/**
 * Deletes the snapshots that were made before merges in a worktree, and what nothing has reached since a time: no ref, reflog, stash or index. What was kept
 * of the worktree stays, since a ref holds it. Call it where the worktree is put away, within `withPresenceLock`: whoever looks into one remembers
 * trees that no ref holds.
 * @param before - what is younger stays
 * @returns false where it is left as it is: nothing is kept of the worktree, or as packRepository
 * @throws MakimaError DISK_FULL, GIT_FAILED
 */
export const expireSnapshots = async (repository: Repository, name: string, before: Date, signal?: AbortSignal): Promise<boolean> => {
  const { gitDir } = repository;
  if (!(await mayBeTidied(repository, signal))) return false;
  if (!(await refsBelow(gitDir, keptRefs)).has(keptRefs + name)) return false;
  const options = { gitDir, signal, isBackground: true, config: quiet };
  const refs = [...(await refsBelow(gitDir, passing))];
  if (refs.length > 0)
    await git(['update-ref', '--stdin'], { ...options, input: refs.map(([ref, object]) => `delete ${ref} ${object}\n`).join('') });
  const since = before.toISOString();
  await git(['repack', '-A', '-d', '-l', '-q', `--unpack-unreachable=${since}`], options);
  await git(['prune', `--expire=${since}`], options);
  return true;
};
