import { git } from './git-command.ts';
import type { GitPlace } from './git-environment.ts';
import { makimaDirectory } from './makima-directory.ts';

/** A worktree as a snapshot sees it: with an index of the snapshot's own. */
export interface SnapshotPlace extends GitPlace {
  gitDir: string;
  commonDir: string;
  workTree: string;
  indexFile: string;
  config: [string, string][];
  signal?: AbortSignal | undefined;
}

/** Stages everything in the work tree apart from the given directories and `.makima`. */
export const addAll = async (place: SnapshotPlace, without: readonly Buffer[]): Promise<void> => {
  const specs: Buffer[] = [Buffer.from(':(top)\0'), Buffer.from(`:(top,exclude,literal)${makimaDirectory}\0`)];
  for (const directory of without) specs.push(Buffer.from(':(top,exclude,literal)'), directory, Buffer.from('\0'));
  await git(['add', '--all', '--pathspec-from-file=-', '--pathspec-file-nul'], { ...place, input: Buffer.concat(specs) });
};
