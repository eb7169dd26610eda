import path from 'node:path';
import { createCache } from './create-cache.ts';
import { emptyFacts } from './empty-repository.ts';
import { fetchSource, type FetchFrom } from './fetch-source.ts';
import { gitErrorKind, redactUrls } from './git-error.ts';
import { linkLfsObjects } from './lfs.ts';
import { configOf, findLocalRepository, type LocalRepository } from './local-repository.ts';
import { MakimaError, messageOf } from '../errors.ts';
import type { Repository } from './repository.ts';
import { parseRepositoryUrl, repositoryName, type RepositorySource } from './repository-source.ts';
import { sharedStep } from './repository-lock.ts';
import { hooksNotRun } from './source-hooks.ts';
import { readFacts, type SourceFacts } from './source-facts.ts';
import { isDirectory } from './worktree.ts';

const share = sharedStep<{ facts: SourceFacts; warnings: string[] }>();

/**
 * What a task starts from. A source has one cache, made the first time and fetched again each further time; tasks that open
 * one source at once share the work. A remote that cannot be reached is a warning where there is an earlier copy. What begins
 * empty (`new://`, scratch) needs none.
 *
 * @param source - of parseRepositoryUrl
 * @param options - `cachesDir`: the directory of all caches; `taskId`: owns a `new://` or scratch one
 * @throws MakimaError INVALID_REPOSITORY, REPOSITORY_EMPTY, GIT_UNREACHABLE, GIT_AUTHENTICATION, DISK_FULL, GIT_FAILED
 */
export const openRepository = async (source: RepositorySource, options: { cachesDir: string; taskId: string; signal?: AbortSignal }): Promise<Repository> => {
  const { kind } = source;
  if (kind !== 'local' && kind !== 'remote') {
    return { kind, name: repositoryName(source, options.taskId), cacheDir: null, sourcePath: null, origin: null, facts: emptyFacts, warnings: [] };
  }
  const local = kind === 'local' ? await findLocalRepository(source.path) : null;
  const name = repositoryName(local === null ? source : { kind: 'local', path: local.path }, options.taskId);
  const cacheDir = path.join(options.cachesDir, name);
  const from: FetchFrom = kind === 'remote' ? { kind, url: source.url } : { kind, local: local ?? (await findLocalRepository(source.path)) };
  const { facts, warnings } = await share(cacheDir, (signal) => open(cacheDir, from, signal), options.signal);
  return { kind, name, cacheDir, sourcePath: local?.path ?? null, origin: kind === 'remote' ? source.url : (local?.path ?? null), facts, warnings };
};

const open = async (cacheDir: string, from: FetchFrom, signal: AbortSignal): Promise<{ facts: SourceFacts; warnings: string[] }> => {
  const [warnings, config] = await Promise.all([upToDate(cacheDir, from, signal), from.kind === 'local' ? configOf(from.local.commonDir, signal) : new Map<string, string>()]);
  if (from.kind === 'local') await linkLfsObjects(from.local.commonDir, cacheDir);
  const hooks = from.kind === 'local' ? await hooksNotRun(from.local, config) : null;
  return { facts: await readFacts(cacheDir, settingsOf(from, config), signal), warnings: hooks === null ? warnings : [...warnings, hooks] };
};

/** @returns what the user should know */
const upToDate = async (cacheDir: string, from: FetchFrom, signal: AbortSignal): Promise<string[]> => {
  if (!(await isDirectory(cacheDir))) {
    await createCache(cacheDir, from, signal);
    return [];
  }
  try {
    await fetchSource(cacheDir, from, signal);
    return [];
  } catch (error) {
    const kind = gitErrorKind(error);
    if (from.kind !== 'remote' || (kind !== 'unreachable' && kind !== 'timeout')) throw error;
    return [`${redactUrls(from.url)} could not be reached; going on with what was fetched last: ${messageOf(error)}`];
  }
};

/**
 * The remote `origin` is what the user's own repository calls so: an agent's fetch and `gh` act as the user expects, and its
 * push never lands in the user's checkout. Name and e-mail that the user has set for this repository alone come along.
 */
const settingsOf = (from: FetchFrom, theirs: ReadonlyMap<string, string>): [string, string][] => {
  const origin = from.kind === 'remote' ? from.url : safeOrigin(from.local, theirs.get('remote.origin.url'));
  const settings = ['user.name', 'user.email', 'remote.origin.promisor', 'remote.origin.partialclonefilter'].flatMap((key): [string, string][] => {
    const value = theirs.get(key);
    return value === undefined ? [] : [[key, value]];
  });
  if (origin !== undefined) settings.push(['remote.origin.url', origin], ['remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*']);
  return settings;
};

/** A hostile source may name a program as its origin: only what a user could have given is taken over. */
export const safeOrigin = (local: LocalRepository, url: string | undefined): string | undefined => {
  if (url === undefined) return undefined;
  const absolute = /^\.{1,2}(?:\/|$)/.test(url) ? path.resolve(local.path, url) : url;
  try {
    const source = parseRepositoryUrl(absolute, '/');
    return source.kind === 'remote' || source.kind === 'local' ? absolute : undefined;
  } catch (error) {
    if (error instanceof MakimaError) return undefined;
    throw error;
  }
};
