import { createHash } from 'node:crypto';
import path from 'node:path';
import { MakimaError } from '../../errors.ts';
import { redactUrls } from '../command/index.ts';

/** What a task's `repositoryUrl` means. */
export type RepositorySource =
  /** A directory on this machine, absolute and normal, not checked yet. */
  | { kind: 'local'; path: string }
  | { kind: 'remote'; url: string }
  /** `new://name`: one repository for all tasks that name it. */
  | { kind: 'named'; name: string }
  /** `new://`: a new repository for this task. */
  | { kind: 'new' }
  /** No repository given: a directory for this task. */
  | { kind: 'scratch' };

const maxLength = 4096;
const schemes = new Set(['https', 'http', 'ssh', 'git', 'file']);

const refuse = (detail: string): MakimaError => new MakimaError('INVALID_REPOSITORY', detail);

/**
 * Reads a task's `repositoryUrl`: a path with `~` or absolute, a clone URL (https, http, ssh, git, file, or
 * `user@host:path`), `new://name`, `new://`, or null for a scratch directory. Pure: nothing is looked up.
 *
 * @param repositoryUrl - as the caller gave it
 * @param home - what `~` stands for
 * @throws MakimaError INVALID_REPOSITORY
 */
export const parseRepositoryUrl = (repositoryUrl: string | null, home: string): RepositorySource => {
  if (repositoryUrl === null) return { kind: 'scratch' };
  const text = repositoryUrl.trim();
  if (text === '') return { kind: 'scratch' };
  const shown = JSON.stringify(redactUrls(text.slice(0, 200)));
  if (text.length > maxLength) throw refuse('The repository is longer than 4096 characters');
  if (/\p{Cc}/u.test(text)) throw refuse('The repository holds a control character');
  if (text.startsWith('-')) throw refuse(`${shown} begins with a dash`);
  if (text === '~' || text.startsWith('~/')) return { kind: 'local', path: path.join(home, text.slice(1)) };
  if (text.startsWith('~')) throw refuse(`${shown} names another user's home; give the absolute path`);
  if (path.isAbsolute(text)) return { kind: 'local', path: path.resolve(text) };
  // `ext::sh -c …` and any other `name::` starts a remote helper, a program
  if (/^[A-Za-z0-9+.-]+::/.test(text)) throw refuse(`${shown} names a transport that is a program`);
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'new') return parseNew(text.slice('new://'.length));
  if (scheme !== undefined) return parseUrl(text, scheme, shown);
  if (/^(?:[^@/:\s]+@)?[^-@/:\s][^@/:\s]*:[^\s]/.test(text)) return parseScp(text, shown);
  throw refuse(`${shown} is a relative path or no clone URL`);
};

const parseNew = (name: string): RepositorySource => {
  if (name === '') return { kind: 'new' };
  if (!/^[\p{L}\p{N}][\p{L}\p{N}\p{M}._ -]{0,99}$/u.test(name)) {
    throw refuse(
      'A name after new:// begins with a letter or digit and holds letters, digits, spaces, dots, dashes and underscores, 100 at most',
    );
  }
  return { kind: 'named', name: name.normalize('NFC') };
};

const parseUrl = (text: string, scheme: string, shown: string): RepositorySource => {
  if (!schemes.has(scheme)) throw refuse(`${shown} has a scheme that is not cloned from`);
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw new MakimaError('INVALID_REPOSITORY', `${shown} is no URL`, { cause: error });
  }
  if (/\s/.test(text)) throw refuse(`${shown} holds a space; write it as %20`);
  if (scheme === 'file') {
    if (!url.pathname.startsWith('/') || url.pathname === '/') throw refuse(`${shown} names no path`);
    return { kind: 'remote', url: text };
  }
  // ssh would read a host or user that begins with a dash as an option
  const authority = /^[^:]+:\/\/([^/]*)/.exec(text)?.[1] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (host === '' || host.startsWith('-') || authority.startsWith('-')) throw refuse(`${shown} names no host`);
  if (url.pathname === '' || url.pathname === '/') throw refuse(`${shown} names no repository on the host`);
  if (/^\/+-/.test(url.pathname)) throw refuse(`${shown} names a path that begins with a dash`);
  return { kind: 'remote', url: text };
};

const parseScp = (text: string, shown: string): RepositorySource => {
  const remotePath = text.slice(text.indexOf(':') + 1);
  if (remotePath.startsWith('-')) throw refuse(`${shown} names a path that begins with a dash`);
  if (remotePath.startsWith('\\')) throw refuse(`${shown} is a path of Windows`);
  return { kind: 'remote', url: text };
};

/** Text that a person recognizes in a file name. */
const slugOf = (text: string): string =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40) || 'repository';

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Two spellings of one remote: the host in any case, a slash at the end. */
const normalizeUrl = (url: string): string =>
  url
    .replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)([^/]*)/, (_, scheme: string, authority: string) => {
      const at = authority.lastIndexOf('@') + 1;
      return scheme.toLowerCase() + authority.slice(0, at) + authority.slice(at).toLowerCase();
    })
    .replace(/\/+$/, '');

/**
 * The directory name of a source's cache, and what names a repository that begins empty: readable, and different for every source.
 *
 * @param source - of a local one, the path with links resolved
 * @param taskId - names the repository that belongs to one task
 */
export const repositoryName = (source: RepositorySource, taskId: string): string => {
  switch (source.kind) {
    case 'local':
      return `${slugOf(path.basename(source.path))}-${shortHash(`local:${source.path}`)}.git`;
    case 'remote': {
      const url = normalizeUrl(source.url);
      const last =
        url
          .replace(/\.git$/, '')
          .split(/[/:]/)
          .at(-1) ?? '';
      return `${slugOf(last)}-${shortHash(`remote:${url}`)}.git`;
    }
    case 'named':
      return `new-${slugOf(source.name)}-${shortHash(`named:${source.name}`)}.git`;
    case 'new':
      return `new-${shortHash(`task:${taskId}`)}-${slugOf(taskId)}.git`;
    case 'scratch':
      return `scratch-${shortHash(`task:${taskId}`)}-${slugOf(taskId)}.git`;
  }
};
