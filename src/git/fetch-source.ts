import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { git, gitText, gitYes, whileLocked } from './git-command.ts';
import { gitErrorKind } from './git-error.ts';
import { isMissing, symbolicBranch, type LocalRepository } from './local-repository.ts';
import { sourceHead, sourceHeadBranch, sourceHeads, sourceOriginBranch, sourceTags } from './repository.ts';
import { withRepositoryLock } from './repository-lock.ts';
import { remoteAccess } from './trusted-config.ts';

/** Where a private repository is fetched from. */
export type FetchFrom = { kind: 'local'; local: LocalRepository } | { kind: 'remote'; url: string };

/**
 * Mirrors the source's branches, tags and HEAD under `refs/makima/source/`: exact and forced, what a base branch is resolved
 * against. `refs/heads/` is left alone.
 *
 * @throws MakimaError GIT_UNREACHABLE, GIT_AUTHENTICATION, INVALID_REPOSITORY, DISK_FULL, GIT_FAILED
 */
export const fetchSource = async (gitDir: string, from: FetchFrom, signal?: AbortSignal): Promise<void> => {
  const refspecs = [`+refs/heads/*:${sourceHeads}*`, `+refs/tags/*:${sourceTags}*`];
  refspecs.push(from.kind === 'local' ? '+refs/remotes/origin/*:refs/remotes/origin/*' : '+refs/heads/*:refs/remotes/origin/*');
  const url = from.kind === 'local' ? from.local.path : from.url;
  const { options, remote } = await remoteAccess(gitDir, url, signal);
  const fetch = async (specs: readonly string[]): Promise<void> => {
    const flags = ['--quiet', '--prune', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--update-shallow', '--no-auto-gc', '--upload-pack=git-upload-pack'];
    await whileLocked(() => git(['fetch', ...flags, remote, ...specs], { gitDir, signal, remote: true, ...options }), signal);
  };
  const withHead = async (): Promise<void> => {
    try {
      await fetch([...refspecs, `+HEAD:${sourceHead}`]);
    } catch (error) {
      // a source whose HEAD names a branch without a commit advertises no HEAD
      if (gitErrorKind(error) !== 'bad-ref') throw error;
      await fetch(refspecs);
      await git(['update-ref', '-d', sourceHead], { gitDir, signal });
    }
  };
  const [heads] = await Promise.all([from.kind === 'local' ? localHeads(from.local, signal) : remoteHead(gitDir, url, signal), withHead()]);
  await pointTo(gitDir, sourceHeadBranch, heads.head === null ? null : sourceHeads + heads.head, signal);
  await pointTo(gitDir, sourceOriginBranch, heads.originHead === null ? null : `refs/remotes/origin/${heads.originHead}`, signal);
};

interface Heads {
  head: string | null;
  originHead: string | null;
}

const localHeads = async (local: LocalRepository, signal?: AbortSignal): Promise<Heads> => ({
  head: await symbolicBranch(local.gitDir, 'HEAD', signal),
  originHead: await symbolicBranch(local.gitDir, 'refs/remotes/origin/HEAD', signal),
});

const remoteHead = async (gitDir: string, url: string, signal?: AbortSignal): Promise<Heads> => {
  const { options, remote } = await remoteAccess(gitDir, url, signal);
  const answer = await gitText(['ls-remote', '--symref', '--upload-pack=git-upload-pack', remote, 'HEAD'], { gitDir, signal, remote: true, ...options });
  return { head: /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(answer)?.[1] ?? null, originHead: null };
};

const pointTo = async (gitDir: string, ref: string, target: string | null, signal?: AbortSignal): Promise<void> => {
  if (target !== null) await git(['symbolic-ref', ref, target], { gitDir, signal });
  else if (await gitYes(['symbolic-ref', '--quiet', ref], { gitDir, signal })) await git(['symbolic-ref', '--delete', ref], { gitDir, signal });
};

/** For each prefix what is below it: the rest of the name and the object. */
const refsUnder = async (gitDir: string, prefixes: readonly string[], signal?: AbortSignal): Promise<Map<string, string>[]> => {
  const text = await gitText(['for-each-ref', '--format=%(objectname) %(refname)', ...prefixes], { gitDir, signal });
  const refs = text.split('\n').map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))] as const);
  return prefixes.map((prefix) => new Map(refs.filter(([name]) => name.startsWith(prefix)).map(([name, object]) => [name.slice(prefix.length), object])));
};

/** The branches that a worktree of the repository has checked out. */
const checkedOut = async (gitDir: string): Promise<Set<string>> => {
  const worktrees = path.join(gitDir, 'worktrees');
  const names = await readdir(worktrees).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const branches = new Set<string>();
  for (const name of names) {
    const head = await readFile(path.join(worktrees, name, 'HEAD'), 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return '';
      throw error;
    });
    const branch = /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1];
    if (branch !== undefined) branches.add(branch);
  }
  return branches;
};

/**
 * Lets agents find the source's branches and tags where they expect them: `main` exists. A branch is made where there is
 * none, moved only forward, and never where a worktree has it checked out, so that nothing an agent made is lost.
 */
export const offerSourceBranches = (gitDir: string, signal?: AbortSignal): Promise<void> =>
  withRepositoryLock(gitDir, async () => {
    const lines: string[] = [];
    const [source = new Map<string, string>(), own = new Map<string, string>(), sourceTag = new Map<string, string>(), ownTags = new Map<string, string>()] = await refsUnder(gitDir, [sourceHeads, 'refs/heads/', sourceTags, 'refs/tags/'], signal);
    const busy = await checkedOut(gitDir);
    for (const [branch, commit] of source) {
      const old = own.get(branch);
      // the source has task branches too once a completion action brought them there: those here are the tasks' own
      if (old === commit || branch.startsWith('makima/')) continue;
      if (old === undefined) lines.push(`create refs/heads/${branch} ${commit}`);
      else if (!busy.has(branch) && (await gitYes(['merge-base', '--is-ancestor', old, commit], { gitDir, signal }))) lines.push(`update refs/heads/${branch} ${commit} ${old}`);
    }
    for (const [tag, object] of sourceTag) if (!ownTags.has(tag)) lines.push(`create refs/tags/${tag} ${object}`);
    if (lines.length === 0) return;
    const update = (input: string): Promise<unknown> => git(['update-ref', '--no-deref', '--stdin'], { gitDir, signal, input: `${input}\n` });
    try {
      await whileLocked(() => update(lines.join('\n')), signal);
    } catch (error) {
      if (gitErrorKind(error) !== 'ref-conflict') throw error;
      // an agent's branch `a` stands in the way of the source's `a/b`: all but such ones
      for (const line of lines) {
        await update(line).catch((reason: unknown) => {
          if (gitErrorKind(reason) !== 'ref-conflict') throw reason;
        });
      }
    }
  });
