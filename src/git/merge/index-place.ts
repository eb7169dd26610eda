import { withoutForeignFilters } from '../command/index.ts';
import { headPlaceOf, placeOf, type Worktree } from '../worktree/index.ts';

/** Where a git command works that writes a worktree's files by an index other than its own. */
export interface IndexPlace {
  gitDir: string;
  commonDir: string;
  workTree: string;
  indexFile: string;
  config: [string, string][];
}

/** The worktree with another index. No filter that its agent has written is run. */
export const indexPlace = async (worktree: Worktree, indexFile: string): Promise<IndexPlace> => ({
  ...placeOf(worktree),
  commonDir: worktree.gitDir,
  indexFile,
  config: await withoutForeignFilters(headPlaceOf(worktree)),
});
