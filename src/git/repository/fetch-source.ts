import { rename, writeFile } from 'node:fs/promises';
import { git, gitErrorKind, gitText, remoteAccess, whileLocked } from '../command/index.ts';
import { type LocalRepository, symbolicBranch } from './local-repository.ts';
import { originHeads, sourceHead, sourceHeads, sourceTags } from './own-refs.ts';
import { headsFile, type SourceHeads } from './source-facts.ts';

/** Where a cache is fetched from. */
export type FetchFrom = { kind: 'local'; local: LocalRepository } | { kind: 'remote'; url: string };

/**
 * Mirrors the source's branches, tags and HEAD under `refs/makima/source/`: exact and forced, what a base branch is resolved
 * against.
 *
 * @throws MakimaError GIT_UNREACHABLE, GIT_AUTHENTICATION, INVALID_REPOSITORY, DISK_FULL, GIT_FAILED
 */
export const fetchSource = async (gitDir: string, from: FetchFrom, signal?: AbortSignal): Promise<void> => {
  const refspecs = [`+refs/heads/*:${sourceHeads}*`, `+refs/tags/*:${sourceTags}*`];
  refspecs.push(from.kind === 'local' ? `+${originHeads}*:${originHeads}*` : `+refs/heads/*:${originHeads}*`);
  const { options, remote } = from.kind === 'local' ? localAccess(from.local.path) : await remoteAccess(gitDir, from.url, signal);
  const fetch = async (specs: readonly string[]): Promise<void> => {
    const flags = [
      '--quiet',
      '--prune',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-recurse-submodules',
      '--update-shallow',
      '--no-auto-gc',
      '--upload-pack=git-upload-pack',
    ];
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
  const [heads] = await Promise.all([
    from.kind === 'local' ? localHeads(from.local, signal) : remoteHead(gitDir, from.url, signal),
    withHead(),
  ]);
  const aside = `${headsFile(gitDir)}.${crypto.randomUUID()}`;
  await writeFile(aside, JSON.stringify(heads));
  await rename(aside, headsFile(gitDir));
};

/** A path needs no program of the user's to be reached: nothing has to be asked of any configuration. */
const localAccess = (directory: string): Awaited<ReturnType<typeof remoteAccess>> => {
  const remote = `makima-${crypto.randomUUID()}`;
  return {
    options: {
      config: [
        [`remote.${remote}.url`, directory],
        ['core.alternateRefsCommand', ':'],
      ],
    },
    remote,
  };
};

const localHeads = async ({ gitDir }: LocalRepository, signal?: AbortSignal): Promise<SourceHeads> => {
  const [head, originHead] = await Promise.all([
    symbolicBranch(gitDir, 'HEAD', signal),
    symbolicBranch(gitDir, 'refs/remotes/origin/HEAD', signal),
  ]);
  return { head, originHead };
};

const remoteHead = async (gitDir: string, url: string, signal?: AbortSignal): Promise<SourceHeads> => {
  const { options, remote } = await remoteAccess(gitDir, url, signal);
  const answer = await gitText(['ls-remote', '--symref', '--upload-pack=git-upload-pack', remote, 'HEAD'], {
    gitDir,
    signal,
    remote: true,
    ...options,
  });
  return { head: /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(answer)?.[1] ?? null, originHead: null };
};
