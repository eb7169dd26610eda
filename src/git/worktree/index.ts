/** A task's worktree and the repository that is its own: made, continued, shared with, put aside and had back. */
export { addWorktree, clearUnused, keepEarlier, type NewWorktree } from './add-worktree.ts';
export { continueWorktree } from './continue-worktree.ts';
export { expireSnapshots, packRepository } from './away/tidy-repository.ts';
export { withPresenceLock } from './away/presence-lock.ts';
export { type Aside, settleAside, stepAside } from './away/step-aside.ts';
export { committedLinks } from './copies/committed-links.ts';
export { copyEntry } from './copies/copy-entry.ts';
export { copyFiles } from './copies/copy-files.ts';
export { copyLinks, type LinkReport } from './copies/copy-links.ts';
export { copyWorktreeInclude } from './copies/worktree-include.ts';
export { leadsTo } from './dot-git.ts';
export { copyIndex, indexOf, installIndex, sameIndex, withIndexCopy } from './index-file.ts';
export { dropDeadIndexLock, IndexLockHeld, withIndexLock, withWorktreeLock } from './index-lock.ts';
export { type LinkedWorktree, linkedWorktrees } from './linked-worktrees.ts';
export { makimaDirectory, sealMakimaDirectory } from './makima-directory.ts';
export { createPreparedWorktrees, type PreparedWorktrees } from './prepared/prepared-worktrees.ts';
export { relocateGitDirs } from './relocate.ts';
export { removeWorktree } from './remove-worktree.ts';
export { restoreWorktree } from './restore-worktree.ts';
export { clearShared, sharedBranch } from './shared-worktree.ts';
export { listSubmodules } from './submodules.ts';
export { allTaskCards, findTaskCard, removeTaskCard, removeTaskCards, type TaskCard, writeTaskCard } from './task-card.ts';
export { initialRefsFile } from './task-repository.ts';
export { emptyTrash, trashOf } from './trash.ts';
export { parseWorktree } from './worktree-record.ts';
export {
  headPlaceOf,
  lentBy,
  placeOf,
  requireWorktree,
  sharesRepository,
  sweepTemporary,
  temporaryFile,
  type Worktree,
} from './worktree.ts';
