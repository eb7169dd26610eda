import { git } from '../command/index.ts';
import { indexOf, placeOf, type Worktree } from '../worktree/index.ts';
import { marksIn } from './look/marks.ts';

/** Whether a worktree's index has conflicts that nobody has resolved; read off the file where that can be. */
export const hasUnmerged = async (worktree: Worktree, signal?: AbortSignal): Promise<boolean> => {
  const marks = await marksIn(indexOf(worktree), worktree.baseCommit.length);
  if (marks !== null) return marks.hasUnmerged;
  return (await git(['ls-files', '--unmerged', '-z'], { ...placeOf(worktree), signal })).stdout.length > 0;
};
