import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { execa } from 'execa';
import { findProgram } from '../agents/find-program.ts';
import type { RemoteSlug } from '../domain/names/remote-slug.ts';
import { MakimaError } from '../errors.ts';
import { redactUrls } from '../git/command/index.ts';
import { headOwnerOf, type Opened, type PullRequest, type PullRequestServer } from './pull-request-shape.ts';

const timeout = 60_000;
const maxBuffer = 1024 * 1024;

/** GitHub's own command line, found and signed in. */
export interface Gh {
  program: string;
  env: NodeJS.ProcessEnv;
}

interface Said {
  stdout: string;
  stderr: string;
  exitCode: number | undefined;
}

const run = async ({ program, env }: Gh, args: readonly string[], cwd: string, signal: AbortSignal, input = ''): Promise<Said> => {
  const result = await execa(program, args, {
    cwd,
    env: { ...env, GH_PROMPT_DISABLED: '1', GH_NO_UPDATE_NOTIFIER: '1', NO_COLOR: '1', GIT_TERMINAL_PROMPT: '0' },
    extendEnv: false,
    input,
    timeout,
    maxBuffer,
    cancelSignal: signal,
    reject: false,
  });
  signal.throwIfAborted();
  return {
    stdout: result.stdout,
    stderr: result.timedOut ? `did not answer within ${timeout / 1000} s` : result.stderr,
    exitCode: result.exitCode,
  };
};

/** @returns null where gh is not on the PATH or not signed in to the server */
export const signedInGh = async (env: NodeJS.ProcessEnv, slug: RemoteSlug | null, cwd: string, signal: AbortSignal): Promise<Gh | null> => {
  const program = findProgram('gh', env);
  if (program === null) return null;
  const gh = { program, env };
  const { exitCode } = await run(gh, ['auth', 'status', ...(slug?.host == null ? [] : ['--hostname', slug.host])], cwd, signal);
  return exitCode === 0 ? gh : null;
};

const refused = (what: string, { stdout, stderr, exitCode }: Said): MakimaError => {
  const said = redactUrls(stderr.trim() === '' ? stdout : stderr)
    .trim()
    .split('\n')
    .slice(-5)
    .join('; ')
    .slice(0, 1000)
    .replace(/\.$/, '');
  return new MakimaError('PULL_REQUEST_FAILED', `${what} failed: ${said === '' ? `exit status ${String(exitCode)}` : said}`);
};

const urlIn = (text: string): string | null => /https?:\/\/[^\s"']+/.exec(text.split('\n').toReversed().join('\n'))?.[0] ?? null;

/** @throws MakimaError PULL_REQUEST_FAILED where gh fails or prints no JSON */
const read = async (gh: Gh, args: readonly string[], cwd: string, signal: AbortSignal): Promise<unknown> => {
  const what = `gh ${args.slice(0, 2).join(' ')}`;
  const said = await run(gh, args, cwd, signal);
  if (said.exitCode !== 0) throw refused(what, said);
  try {
    return JSON.parse(said.stdout.trim() === '' ? 'null' : said.stdout);
  } catch (error) {
    throw new MakimaError('PULL_REQUEST_FAILED', `${what} printed no JSON: ${said.stdout.slice(0, 200)}`, { cause: error });
  }
};

const path = ({ host, owner, repo }: RemoteSlug): string => `${host === null ? '' : `${host}/`}${owner}/${repo}`;

const Listed = Type.Array(
  Type.Object({ number: Type.Number(), url: Type.String(), headRepositoryOwner: Type.Optional(Type.Object({ login: Type.String() })) }),
);
const Forked = Type.Object({ parent: Type.Object({ name: Type.String(), owner: Type.Object({ login: Type.String() }) }) });
const WithDefault = Type.Object({ defaultBranchRef: Type.Object({ name: Type.String({ minLength: 1 }) }) });

/** gh as the way to a server. */
export const ghServer = (gh: Gh, cwd: string, signal: AbortSignal): PullRequestServer => ({
  async parentOf(repository) {
    const said = await read(gh, ['repo', 'view', path(repository), '--json', 'parent'], cwd, signal);
    return Value.Check(Forked, said) ? { host: repository.host, owner: said.parent.owner.login, repo: said.parent.name } : null;
  },
  async defaultBranchOf(repository) {
    const said = await read(gh, ['repo', 'view', path(repository), '--json', 'defaultBranchRef'], cwd, signal);
    if (Value.Check(WithDefault, said)) return said.defaultBranchRef.name;
    throw new MakimaError('PULL_REQUEST_FAILED', `${path(repository)} has no default branch: give targetBranch`);
  },
  open: (pull) => open(gh, pull, cwd, signal),
});

const open = async (gh: Gh, pull: PullRequest, cwd: string, signal: AbortSignal): Promise<Opened> => {
  // told where it is, since with several remotes gh would ask; a remote that is a path it has to make out itself
  const repo = pull.into?.host == null ? [] : ['--repo', path(pull.into)];
  // gh lists by the branch's name alone, which others may have in their forks
  const headOwner = headOwnerOf(pull);
  const fields = headOwner === null ? ['number,url', '--limit', '1'] : ['number,url,headRepositoryOwner', '--limit', '100'];
  const listed = await read(gh, ['pr', 'list', ...repo, '--head', pull.head, '--state', 'open', '--json', ...fields], cwd, signal);
  const existing = Value.Check(Listed, listed)
    ? listed.find((each) => headOwner === null || each.headRepositoryOwner?.login.toLowerCase() === headOwner.toLowerCase())
    : undefined;
  const text = ['--title', pull.title, '--body-file', '-', '--base', pull.base];
  if (existing !== undefined && pull.keepsText) return { url: existing.url, isNew: false };
  if (existing !== undefined) {
    const edited = await run(gh, ['pr', 'edit', String(existing.number), ...repo, ...text], cwd, signal, pull.body);
    if (edited.exitCode !== 0) throw refused('gh pr edit', edited);
    return { url: existing.url, isNew: false };
  }
  const head = pull.forkOwner === null ? pull.head : `${pull.forkOwner}:${pull.head}`;
  const created = await run(gh, ['pr', 'create', ...repo, '--head', head, ...text], cwd, signal, pull.body);
  const url = created.exitCode === 0 ? urlIn(created.stdout) : null;
  if (url === null) throw refused('gh pr create', created);
  return { url, isNew: true };
};
