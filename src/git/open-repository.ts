import { stat } from 'node:fs/promises';
import path from 'node:path';
import { createEmpty, createFromSource, excludeMakima } from './create-repository.ts';
import { fetchSource, offerSourceBranches, type FetchFrom } from './fetch-source.ts';
import { git, whileLocked } from './git-command.ts';
import { gitErrorKind, redactUrls } from './git-error.ts';
import { linkLfsObjects } from './lfs.ts';
import { configOf, findLocalRepository, isMissing, type LocalRepository } from './local-repository.ts';
import { MakimaError, messageOf } from '../errors.ts';
import type { Repository } from './repository.ts';
import { parseRepositoryUrl, repositoryName, type RepositorySource } from './repository-source.ts';
import { sharedStep } from './repository-lock.ts';
import { sweepTemporary } from './worktree.ts';

const share = sharedStep<string[]>();

/**
 * The private repository of a source: made the first time, fetched again each further time. Tasks that open one source
 * at once share the work. A remote that cannot be reached is a warning where there is an earlier copy.
 *
 * @param source - of parseRepositoryUrl
 * @param options - `repositoriesDir`: the directory of all private repositories; `taskId`: owns a `new://` or scratch one
 * @throws MakimaError INVALID_REPOSITORY, REPOSITORY_EMPTY, GIT_UNREACHABLE, GIT_AUTHENTICATION, DISK_FULL, GIT_FAILED
 */
export const openRepository = async (source: RepositorySource, options: { repositoriesDir: string; taskId: string; signal?: AbortSignal }): Promise<Repository> => {
  const local = source.kind === 'local' ? await findLocalRepository(source.path) : null;
  const named: RepositorySource = local === null ? source : { kind: 'local', path: local.path };
  const gitDir = path.join(options.repositoriesDir, repositoryName(named, options.taskId));
  const origin = source.kind === 'remote' ? source.url : (local?.path ?? null);
  const warnings = await share(gitDir, (signal) => open(gitDir, source, local, signal), options.signal);
  return { kind: source.kind, gitDir, sourcePath: local?.path ?? null, origin, warnings };
};

const open = async (gitDir: string, source: RepositorySource, local: LocalRepository | null, signal: AbortSignal): Promise<string[]> => {
  const warnings: string[] = [];
  const known = await exists(gitDir);
  const from: FetchFrom | null = local !== null ? { kind: 'local', local } : source.kind === 'remote' ? { kind: 'remote', url: source.url } : null;
  if (from === null) {
    if (!known) await createEmpty(gitDir, signal);
    return warnings;
  }
  if (!known) await createFromSource(gitDir, from, signal);
  else warnings.push(...(await fetchAgain(gitDir, from, signal)));
  await excludeMakima(gitDir);
  await sweepTemporary(gitDir);
  await offerSourceBranches(gitDir, signal);
  await carrySettings(gitDir, from, signal);
  if (local !== null) await linkLfsObjects(local.commonDir, gitDir);
  return warnings;
};

const fetchAgain = async (gitDir: string, from: FetchFrom, signal: AbortSignal): Promise<string[]> => {
  try {
    await fetchSource(gitDir, from, signal);
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
const carrySettings = async (gitDir: string, from: FetchFrom, signal: AbortSignal): Promise<void> => {
  const [own, theirs] = [await configOf(gitDir, signal), from.kind === 'local' ? await configOf(from.local.commonDir, signal) : new Map<string, string>()];
  const origin = from.kind === 'remote' ? from.url : safeOrigin(from.local, theirs.get('remote.origin.url'));
  const wanted: [string, string | undefined][] = ['user.name', 'user.email', 'remote.origin.promisor', 'remote.origin.partialclonefilter'].map((key) => [key, theirs.get(key)]);
  if (origin !== undefined) wanted.push(['remote.origin.url', origin], ['remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*']);
  for (const [key, value] of wanted) {
    if (value === undefined || own.get(key) === value) continue;
    await whileLocked(() => git(['config', '--file', path.join(gitDir, 'config'), '--replace-all', key, value], { signal }), signal);
  }
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

const exists = async (directory: string): Promise<boolean> => {
  try {
    return (await stat(directory)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};
