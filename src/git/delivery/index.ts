/** Work brought into a user's repository: its branches and checkouts, its remotes, a clone that stands alone. */
export { applyAdvance } from './apply-advance.ts';
export { cloneStandalone, exists } from './clone-standalone.ts';
export { type CommitIdentity, commitIdentity } from './commit-identity.ts';
export { type Advance, planCheckouts } from './plan-advance.ts';
export { originUrl, pushBranch, type Remote, remotesOf, requireForward } from './push-branch.ts';
export { baseBranchName, branchTip, openTarget, requireFreeName, targetBranch, type TargetRepository } from './target-repository.ts';
