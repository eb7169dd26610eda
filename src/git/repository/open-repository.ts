import path from 'node:path';
import { MakimaError, messageOf } from '../../errors.ts';
import { isDirectory } from '../../files/look.ts';
import { gitErrorKind, redactUrls, sharedStep } from '../command/index.ts';
import { createCache } from './create-cache.ts';
import { emptyFacts } from './empty-repository.ts';
import { fetchSource, type FetchFrom } from './fetch-source.ts';
import { linkLfsObjects } from './lfs.ts';
import { configOf, findLocalRepository, settingsIn, type LocalRepository } from './local-repository.ts';
import { parseRepositoryUrl, repositoryName, type RepositorySource } from './repository-source.ts';
import type { Repository } from './repository.ts';
import { readFacts, type SourceFacts } from './source-facts.ts';
import { hooksNotRun } from './source-hooks.ts';
import { factsAt, rememberFacts, stateOf } from './source-state.ts';

const share = sharedStep<Opened>();

/**
 * What a task starts from. A source has one cache, made the first time and fetched again each further time; tasks that open
 * one source at once share the work. A remote that cannot be reached is a warning where there is an earlier copy. What begins
 * empty (`new://`, scratch) needs none.
 *
 * @param source - of parseRepositoryUrl
 * @param options - `cachesDir`: the directory of all caches; `taskId`: owns a `new://` or scratch one
 * @throws MakimaError INVALID_REPOSITORY, REPOSITORY_EMPTY, GIT_UNREACHABLE, GIT_AUTHENTICATION, DISK_FULL, GIT_FAILED
 */
export const openRepository = async (
  source: RepositorySource,
  options: { cachesDir: string; taskId: string; signal?: AbortSignal },
): Promise<Repository> => {
  const { kind } = source;
  if (kind === 'local') {
    const local = await findLocalRepository(source.path);
    const name = repositoryName({ kind, path: local.path }, options.taskId);
    const cacheDir = path.join(options.cachesDir, name);
    return {
      kind,
      name,
      cacheDir,
      sourcePath: local.path,
      origin: local.path,
      ...(await share(cacheDir, (signal) => openLocal(cacheDir, local, signal), options.signal)),
    };
  }
  const name = repositoryName(source, options.taskId);
  if (kind !== 'remote')
    return { kind, name, cacheDir: null, sourcePath: null, origin: null, facts: emptyFacts, warnings: [], hooksNotRun: null };
  const { url } = source;
  const cacheDir = path.join(options.cachesDir, name);
  return {
    kind,
    name,
    cacheDir,
    sourcePath: null,
    origin: url,
    ...(await share(cacheDir, (signal) => openRemote(cacheDir, url, signal), options.signal)),
  };
};

interface Opened {
  facts: SourceFacts;
  warnings: string[];
  hooksNotRun: string | null;
}

/** A source that stands as it did when this process last fetched it has nothing new; no process is needed to find that out. */
const openLocal = async (cacheDir: string, local: LocalRepository, signal: AbortSignal): Promise<Opened> => {
  const [state, config, isCached] = await Promise.all([stateOf(local), configOf(local.commonDir, signal), isDirectory(cacheDir)]);
  let facts = isCached && state !== null ? factsAt(cacheDir, state) : null;
  if (facts === null) {
    await upToDate(cacheDir, { kind: 'local', local }, signal);
    facts = await readFacts(cacheDir, [], signal);
    if (state !== null) rememberFacts(cacheDir, state, facts);
  }
  await linkLfsObjects(local.commonDir, cacheDir);
  return {
    facts: { ...facts, settings: [...facts.settings, ...settingsOf({ kind: 'local', local }, config)] },
    warnings: [],
    hooksNotRun: await hooksNotRun(local, config),
  };
};

const openRemote = async (cacheDir: string, url: string, signal: AbortSignal): Promise<Opened> => {
  const from: FetchFrom = { kind: 'remote', url };
  const warnings = await upToDate(cacheDir, from, signal);
  return { facts: await readFacts(cacheDir, settingsOf(from, new Map()), signal), warnings, hooksNotRun: null };
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
  const settings = settingsIn(theirs, ['user.name', 'user.email', 'remote.origin.promisor', 'remote.origin.partialclonefilter']);
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
