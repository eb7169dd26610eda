import { git, type GitPlace } from '../command/index.ts';

/** A worktree as a snapshot sees it: with an index of the snapshot's own. */
export interface SnapshotPlace extends GitPlace {
  gitDir: string;
  commonDir: string;
  workTree: string;
  indexFile: string;
  config: [string, string][];
  signal?: AbortSignal | undefined;
}

/** Stages everything in the work tree apart from the given directories, none of which may be ignored: git complains of that. */
export const addAll = async (place: SnapshotPlace, without: readonly Buffer[]): Promise<void> => {
  const specs: Buffer[] = [Buffer.from(':(top)\0')];
  for (const directory of without) specs.push(Buffer.from(':(top,exclude,literal)'), directory, Buffer.from('\0'));
  await git(['add', '--all', '--pathspec-from-file=-', '--pathspec-file-nul'], { ...place, input: Buffer.concat(specs) });
};
