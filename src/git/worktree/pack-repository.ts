import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../files/failure.ts';
import { git } from '../command/index.ts';
import { configOf, requirePlainGitData } from '../repository/index.ts';
import type { Worktree } from './worktree.ts';

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

/**
 * Packs the objects of a task's repository that have files of their own: an agent that commits for a day leaves tens of thousands, each a
 * block of the disk. Nothing is lost: what no ref, reflog or index reaches keeps its file, every pack that goes is in one that comes, and what is borrowed
 * stays borrowed. Whoever reads meanwhile finds an object in one place or the other. Call it where no agent runs, within `withPresenceLock`.
 * @returns false where it is not packed: a partial clone, whose missing objects git would fetch
 * @throws MakimaError DISK_FULL, GIT_FAILED
 */
export const packRepository = async (
  { gitDir, adminDir }: Pick<Worktree, 'gitDir' | 'adminDir'>,
  signal?: AbortSignal,
): Promise<boolean> => {
  await requirePlainGitData(gitDir, adminDir);
  const config = await configOf(gitDir, signal);
  if ([...config.keys()].some((key) => /^(?:remote\..*\.promisor|extensions\.partialclone)$/.test(key))) return false;
  await sweepAbandoned(path.join(gitDir, 'objects', 'pack'));
  await git(['repack', '-d', '-l', '-q', '--geometric=2'], { gitDir, signal, isBackground: true, config: quiet });
  return true;
};
