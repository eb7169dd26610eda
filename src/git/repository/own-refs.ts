/** Refs of a cache, which mirror the source as it was last fetched. */
export const sourceHeads = 'refs/makima/source/heads/';
export const sourceTags = 'refs/makima/source/tags/';
export const sourceHead = 'refs/makima/source/HEAD';
/** Of a local source what it knows of its own origin, of a remote one its branches. */
export const originHeads = 'refs/remotes/origin/';

/** Where a task's repository keeps what was in a worktree that was deleted, or was lost. */
export const keptRefs = 'refs/makima/kept/';
/** The same for other worktrees that its agent had made of the repository. */
export const keptWorktreeRefs = 'refs/makima/kept-worktrees/';
