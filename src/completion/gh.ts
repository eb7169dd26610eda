import { execa } from 'execa';
import { findProgram } from '../agents/find-program.ts';
import { MakimaError } from '../errors.ts';
import { redactUrls } from '../git/git-error.ts';
import type { Opened, PullRequest } from './pull-request-shape.ts';
import type { RemoteSlug } from './remote-slug.ts';

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
  return { stdout: result.stdout, stderr: result.timedOut ? `did not answer within ${timeout / 1000} s` : result.stderr, exitCode: result.exitCode };
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
  const said = redactUrls(stderr.trim() === '' ? stdout : stderr).trim().split('\n').slice(-5).join('; ').slice(0, 1000).replace(/\.$/, '');
  return new MakimaError('PULL_REQUEST_FAILED', `${what} failed: ${said === '' ? `exit status ${String(exitCode)}` : said}`);
};

const urlIn = (text: string): string | null => /https?:\/\/[^\s"']+/.exec(text.split('\n').toReversed().join('\n'))?.[0] ?? null;

const openOne = (json: string): { number: number; url: string } | null => {
  const found: unknown = JSON.parse(json === '' ? '[]' : json);
  const first: unknown = Array.isArray(found) ? found[0] : null;
  if (typeof first !== 'object' || first === null || !('number' in first) || !('url' in first)) return null;
  return typeof first.number === 'number' && typeof first.url === 'string' ? { number: first.number, url: first.url } : null;
};

/**
 * Opens a pull request with gh, or updates the open one of the branch.
 * @throws MakimaError PULL_REQUEST_FAILED
 */
export const withGh = async (gh: Gh, pull: PullRequest, cwd: string, signal: AbortSignal): Promise<Opened> => {
  // told where it is, since with several remotes gh would ask; a remote that is a path it has to make out itself
  const repo = pull.slug?.host == null ? [] : ['--repo', `${pull.slug.host}/${pull.slug.owner}/${pull.slug.repo}`];
  const list = await run(gh, ['pr', 'list', ...repo, '--head', pull.head, '--state', 'open', '--json', 'number,url', '--limit', '1'], cwd, signal);
  if (list.exitCode !== 0) throw refused('gh pr list', list);
  let existing;
  try {
    existing = openOne(list.stdout.trim());
  } catch (error) {
    throw new MakimaError('PULL_REQUEST_FAILED', `gh pr list printed no JSON: ${list.stdout.slice(0, 200)}`, { cause: error });
  }
  const text = ['--title', pull.title, '--body-file', '-', '--base', pull.base];
  if (existing !== null) {
    const edited = await run(gh, ['pr', 'edit', String(existing.number), ...repo, ...text], cwd, signal, pull.body);
    if (edited.exitCode !== 0) throw refused('gh pr edit', edited);
    return { url: existing.url, isNew: false };
  }
  const created = await run(gh, ['pr', 'create', ...repo, '--head', pull.head, ...text], cwd, signal, pull.body);
  const url = created.exitCode === 0 ? urlIn(created.stdout) : null;
  if (url === null) throw refused('gh pr create', created);
  return { url, isNew: true };
};
