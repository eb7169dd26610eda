/** git as a program: how it is run, with which environment, what its failures are called, and what is asked of commits and trees. */
export { commitOf, isAncestor, treeOf } from './commits.ts';
export { configText } from './config-text.ts';
export { git, type GitOptions, gitText, gitYes, splitNul, whileLocked } from './git-command.ts';
export { contentProtocols, type GitPlace } from './git-environment.ts';
export { gitError, gitErrorKind, GitFailure, redactUrls } from './git-error.ts';
export { checkBranchName, couldBeBranch } from './ref-name.ts';
export { sharedStep, withRepositoryLock } from './repository-lock.ts';
export { showPath } from './show-path.ts';
export { diffTrees, indexInfo, keyOf, touch, type TreeChange } from './tree-diff.ts';
export { remoteAccess, withoutForeignFilters } from './trusted-config.ts';
