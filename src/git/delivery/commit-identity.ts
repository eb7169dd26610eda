import { MakimaError } from '../../errors.ts';
import { git } from '../command/index.ts';

export interface CommitIdentity {
  readonly name: string;
  readonly email: string;
}

const identLine = /^(.+) <([^<>]+)> \d+ [+-]\d{4}$/s;

/**
 * Who commits in a user's repository: whom git's configuration there names, never one that git would make up of the
 * machine's name.
 *
 * @param gitDir - of the repository
 * @param fallback - where the configuration names nobody
 * @throws MakimaError NO_COMMIT_IDENTITY
 */
export const commitIdentity = async (
  gitDir: string,
  fallback: CommitIdentity | null,
  signal?: AbortSignal,
): Promise<Record<string, string>> => {
  const ask = async (role: 'AUTHOR' | 'COMMITTER'): Promise<CommitIdentity | null> => {
    const { stdout, exitCode } = await git(['var', `GIT_${role}_IDENT`], {
      gitDir,
      signal,
      config: [['user.useConfigOnly', 'true']],
      answers: [1, 128],
    });
    const [, name, email] = identLine.exec(stdout.toString('utf8').trim()) ?? [];
    return exitCode !== 0 || name === undefined || email === undefined ? null : { name, email };
  };
  const author = (await ask('AUTHOR')) ?? fallback;
  const committer = (await ask('COMMITTER')) ?? fallback;
  if (author === null || committer === null) throw new MakimaError('NO_COMMIT_IDENTITY');
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
  };
};
