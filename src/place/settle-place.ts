import { relocateGitDirs } from '../git/worktree/index.ts';
import type { RunContext } from '../runs/context.ts';
import { relocateHalfMade } from '../runs/hooks/half-made.ts';
import type { Runs } from '../runs/runs.ts';
import { storeIdentity, type Place } from './find-place.ts';
import { leaveToOriginal } from './leave-to-original.ts';

/**
 * Does what a home needs that was moved or copied, before anything in it is acted on: every path in it leads to its new
 * place, and a copy gives up what is the original's. Its identity is stored last, so that a crash has all of it done again.
 * @returns what the user should know, a sentence each
 */
export const settlePlace = async (
  home: string,
  { id, relocation, settled, notices }: Place,
  context: RunContext,
  runs: Runs,
): Promise<string[]> => {
  const { store, directories, reached } = context;
  // One identity: a client knows the daemon of this home by it.
  if ((await store.getMeta('daemonId')) !== id) await store.setMeta('daemonId', id);
  if (relocation === null) return notices;
  reached('relocation begun');
  const refused = await relocateGitDirs([directories.repositories, directories.kept, directories.caches], relocation);
  reached('git directories relocated');
  await relocateHalfMade(directories.runs, relocation);
  reached('notes relocated');
  await store.relocate(relocation);
  reached('store relocated');
  if (relocation.isCopy) await leaveToOriginal(context, runs, relocation);
  reached('home relocated');
  await storeIdentity(home, settled);
  return [
    ...notices,
    ...refused.map((file) => `${file} could not be changed and may name the old place: git commands that are run by hand there may fail.`),
  ];
};
