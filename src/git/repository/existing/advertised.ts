import { git, remoteAccess } from '../../command/index.ts';

/** A caller waits for the answer. */
const timeoutMs = 30_000;

/** What a remote says of its refs. */
export interface Advertised {
  /** The branch that its HEAD names, null where it names none. */
  head: string | null;
  /** Ids by full name. */
  refs: ReadonlyMap<string, string>;
}

/**
 * Asks a remote for its HEAD and for refs, with the user's own programs and credentials and no prompt; nothing is fetched.
 * @param url - as parseRepositoryUrl or safeOrigin let it through
 * @param patterns - of ls-remote, each a full name or with a star at its end
 * @throws MakimaError GIT_UNREACHABLE, GIT_AUTHENTICATION, INVALID_REPOSITORY, GIT_FAILED
 */
export const advertisedBy = async (url: string, patterns: readonly string[], signal?: AbortSignal): Promise<Advertised> => {
  const { options, remote } = await remoteAccess(undefined, url, signal);
  const { stdout } = await git(['ls-remote', '--symref', '--upload-pack=git-upload-pack', remote, 'HEAD', ...patterns], {
    signal,
    remote: true,
    timeoutMs,
    ...options,
  });
  const text = stdout.toString('utf8');
  const refs = new Map<string, string>();
  for (const [, id = '', name = ''] of text.matchAll(/^([0-9a-f]{40,64})\t(.+)$/gm)) refs.set(name, id);
  return { head: /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(text)?.[1] ?? null, refs };
};
