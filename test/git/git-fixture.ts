import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Test } from 'tap';
import { resolveBase } from '../../src/git/repository/default-branch.ts';
import { openRepository } from '../../src/git/repository/open-repository.ts';
import { parseRepositoryUrl } from '../../src/git/repository/repository-source.ts';
import type { Repository } from '../../src/git/repository/repository.ts';
import { addWorktree, type NewWorktree } from '../../src/git/worktree/add-worktree.ts';
import type { Worktree } from '../../src/git/worktree/worktree.ts';

/** The user's git, as they type it: with discovery, and with a configuration of the test's own. */
export const sh = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });

export const write = (root: string, files: Record<string, string | Buffer>): void => {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
};

/** A configuration that belongs to the test alone, so that the machine's own never counts. */
export const isolate = (t: Test): string => {
  const home = t.testdir();
  const before = {
    HOME: process.env['HOME'],
    GIT_CONFIG_GLOBAL: process.env['GIT_CONFIG_GLOBAL'],
    GIT_CONFIG_NOSYSTEM: process.env['GIT_CONFIG_NOSYSTEM'],
  };
  process.env['HOME'] = home;
  process.env['GIT_CONFIG_GLOBAL'] = path.join(home, 'gitconfig');
  process.env['GIT_CONFIG_NOSYSTEM'] = '1';
  writeFileSync(path.join(home, 'gitconfig'), '[user]\n\tname = User\n\temail = user@example.org\n[init]\n\tdefaultBranch = main\n');
  t.teardown(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });
  return home;
};

/** A repository of a user's, with one commit of the given files. */
export const userRepository = (directory: string, files: Record<string, string | Buffer> = { 'README.md': 'hello\n' }): string => {
  mkdirSync(directory, { recursive: true });
  sh(directory, 'init', '-q', '-b', 'main');
  write(directory, files);
  sh(directory, 'add', '-A');
  sh(directory, 'commit', '-q', '--allow-empty', '-m', 'first');
  return directory;
};

export const open = (home: string, url: string | null, taskId = 'task-1'): Promise<Repository> =>
  openRepository(parseRepositoryUrl(url, home), { cachesDir: path.join(home, 'makima', 'caches'), taskId });

/** The cache of a source, which has one. */
export const cacheOf = ({ cacheDir }: Repository): string => {
  if (cacheDir === null) throw new Error('this repository has no cache');
  return cacheDir;
};

let worktrees = 0;

/** Places for a new worktree and its repository, and its base: the default branch. */
export const wantedOf = async (
  home: string,
  repository: Repository,
  more: Partial<NewWorktree> = {},
  baseBranch: string | null = null,
): Promise<NewWorktree> => {
  worktrees += 1;
  const makima = path.join(home, 'makima');
  const places = {
    path: path.join(makima, 'worktrees', `w${worktrees}`),
    gitDir: path.join(makima, 'repositories', `t${worktrees}.git`),
    keptDir: path.join(makima, 'kept'),
  };
  return { ...places, branch: `makima/test-${worktrees}`, base: await resolveBase(repository, baseBranch), ...more };
};

/** A worktree of a repository's default branch. */
export const worktreeOf = async (home: string, repository: Repository, baseBranch: string | null = null): Promise<Worktree> => {
  const { worktree } = await addWorktree(repository, await wantedOf(home, repository, {}, baseBranch));
  return worktree;
};

/** A worktree of a new user repository with these files. */
export const prepared = async (
  home: string,
  files: Record<string, string | Buffer> = { 'README.md': 'hello\n' },
): Promise<{ source: string; repository: Repository; worktree: Worktree }> => {
  const source = userRepository(path.join(home, `source-${crypto.randomUUID()}`), files);
  const repository = await open(home, source);
  return { source, repository, worktree: await worktreeOf(home, repository) };
};

export interface Fingerprint {
  [name: string]: string;
}

/** Every entry below a directory: kind, mode, modification time in nanoseconds (of git's object files not), and content; names as bytes. */
export const fingerprint = (root: string, options: { times: boolean; skip?: readonly string[] } = { times: true }): Fingerprint => {
  const found: Fingerprint = {};
  const visit = (directory: Buffer, relative: string): void => {
    for (const name of readdirSync(directory, { encoding: 'buffer' })) {
      const file = Buffer.concat([directory, Buffer.from('/'), name]);
      const inner = `${relative}/${name.toString('latin1')}`;
      if (options.skip?.includes(inner) === true) continue;
      const stat = lstatSync(file, { bigint: true });
      const kind = stat.isDirectory()
        ? 'dir'
        : stat.isSymbolicLink()
          ? `link ${readlinkSync(file, { encoding: 'latin1' })}`
          : createHash('sha256').update(readFileSync(file)).digest('hex');
      // an object file is shared with the cache by a hard link, and git sets its time anew where it would write it again
      const isObject = /\/\.git\/(?:modules\/.+\/)?objects\/..\/[0-9a-f]{38}$/.test(inner);
      found[inner] = `${kind} ${(stat.mode & 0o7777n).toString(8)}${options.times && !isObject ? ` ${stat.mtimeNs}` : ''}`;
      if (stat.isDirectory()) visit(file, inner);
    }
  };
  visit(Buffer.from(root), '');
  return found;
};
