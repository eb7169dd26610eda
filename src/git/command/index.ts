/** git as a program: how it is run, with which environment, what its failures are called, and what is asked of commits and trees. */
export { bothOf } from './both-of.ts';
export { commitOf, isAncestor, treeOf } from './commits.ts';
export { configText } from './config-text.ts';
export { git, type GitOptions, gitText, gitYes, splitNul, whileLocked } from './git-command.ts';
export { contentProtocols, type GitPlace } from './git-environment.ts';
export { gitError, gitErrorKind, GitFailure, redactUrls } from './git-error.ts';
export { idOf, objectFile, objectsStamp, wholeOf, writeObject } from './loose-objects.ts';
export { readOffset } from './offset-number.ts';
export { checkBranchName, couldBeBranch } from './ref-name.ts';
export { objectDirectories, readObject, type StoredObject } from './read-object.ts';
export { sharedStep, withRepositoryLock } from './repository-lock.ts';
export { readShownPath, showPath } from './show-path.ts';
export { keyOf, type TreeChange } from './tree-change.ts';
export { diffTrees, indexInfo, touch } from './tree-diff.ts';
export { directoryMode, entriesOf, looseTree, treeBytes, type TreeEntry } from './tree-object.ts';
export { remoteAccess, withoutForeignFilters } from './trusted-config.ts';
export { fromUserHome, systemDirectories, userGitDirectory, userHome } from './user-files.ts';
