/** Repositories: the sources of tasks, their caches, and what is read of any repository without trusting it. */
export { borrowing } from './borrow-objects.ts';
export { bringCommit, bringObjects } from './bring-objects.ts';
export { checkSource } from './check-source.ts';
export { filtersOf } from './commit-filters.ts';
export { type Base, resolveBase, staleBase } from './default-branch.ts';
export { emptyCommit, writeEmptyCommit } from './empty-repository.ts';
export { lfsWarning, linkLfsObjects } from './lfs.ts';
export { parsePackedRefs, refsBelow } from './local-refs.ts';
export { configOf, findLocalRepository, type LocalRepository, settingsIn, symbolicBranch } from './local-repository.ts';
export { openRepository, safeOrigin } from './open-repository.ts';
export { capitalized, operationUnderWay } from './operation-under-way.ts';
export { keptRefs, keptWorktreeRefs, originHeads, sourceHeads } from './own-refs.ts';
export { type Places, repositoryOf, taskOfRepository } from './places.ts';
export { requirePlain, requirePlainGitData } from './plain-git-data.ts';
export { parseRepositoryUrl, repositoryName } from './repository-source.ts';
export { makimaIdentity, type Repository } from './repository.ts';
export { readFacts, type SourceFacts } from './source-facts.ts';
export { hasHooks } from './source-hooks.ts';
