import path from 'node:path';
import { MakimaError } from '../../errors.ts';
import { commitOf, git, gitError, type GitOptions, isAncestor, redactUrls } from '../command/index.ts';
import type { TargetRepository } from './target-repository.ts';

const remote = 'origin';

/** The URL of the repository's origin as it is written down, null where there is none. */
export const originUrl = async (target: TargetRepository, signal?: AbortSignal): Promise<string | null> => {
  const { stdout, exitCode } = await git(['config', '--get', `remote.${remote}.url`], { gitDir: target.commonDir, signal, answers: [1] });
  const url = stdout.toString('utf8').trim();
  return exitCode === 0 && url !== '' ? url : null;
};

/** A remote as the repository's configuration has it. */
export interface Remote {
  name: string;
  url: string | null;
  /** What gh has noted there of the repository that pull requests go to. */
  ghResolved: string | null;
}

/** All remotes, in the order of the configuration. */
export const remotesOf = async (target: TargetRepository, signal?: AbortSignal): Promise<Remote[]> => {
  const { stdout } = await git(['config', '--null', '--get-regexp', String.raw`^remote\..*\.(url|gh-resolved)$`], {
    gitDir: target.commonDir,
    signal,
    answers: [1],
  });
  const remotes = new Map<string, Remote>();
  for (const [, name = '', key, value = ''] of stdout.toString('utf8').matchAll(/remote\.([^\0]*)\.(url|gh-resolved)\n([^\0]*)\0/g)) {
    const known = remotes.get(name) ?? { name, url: null, ghResolved: null };
    // of several URLs the first is the one that is fetched from
    remotes.set(name, key === 'url' ? { ...known, url: known.url ?? value } : { ...known, ghResolved: value });
  }
  return [...remotes.values()];
};

const lastLines = (text: string): string => {
  const lines = redactUrls(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('hint:') && !/^error: failed to push some refs/.test(line) && !/^To /.test(line));
  const said = lines.slice(-8).join('; ').replace(/\.$/, '');
  return said.length > 1000 ? `…${said.slice(-1000)}` : said;
};

/**
 * Pushes a commit to a branch of the repository's origin: never by force, and with the repository's own hooks, as if its
 * user had pushed. Git then notes what origin has under `refs/remotes/`; that is put back, since it is no branch that was
 * asked for.
 *
 * @throws MakimaError REMOTE_NOT_FOUND, PUSH_REJECTED, GIT_AUTHENTICATION, GIT_UNREACHABLE, GIT_FAILED
 */
export const pushBranch = async (target: TargetRepository, branch: string, commit: string, signal?: AbortSignal): Promise<void> => {
  if ((await originUrl(target, signal)) === null) throw new MakimaError('REMOTE_NOT_FOUND', `${target.path} has no remote ${remote}`);
  const tracking = `refs/remotes/${remote}/${branch}`;
  const before = await commitOf(target.commonDir, tracking, signal);
  try {
    await push(target, branch, commit, signal);
  } finally {
    const after = await commitOf(target.commonDir, tracking);
    if (after !== null && after !== before)
      await git(before === null ? ['update-ref', '-d', tracking, after] : ['update-ref', tracking, before, after], {
        gitDir: target.commonDir,
      });
  }
};

/**
 * Looks whether origin's branch, where it has one, is in the history of a commit that the target has: before anything else is changed that
 * would go with a push which is refused.
 *
 * @throws MakimaError REMOTE_NOT_FOUND, BRANCH_MOVED, GIT_AUTHENTICATION, GIT_UNREACHABLE, GIT_FAILED
 */
export const requireForward = async (target: TargetRepository, branch: string, commit: string, signal?: AbortSignal): Promise<void> => {
  if ((await originUrl(target, signal)) === null) throw new MakimaError('REMOTE_NOT_FOUND', `${target.path} has no remote ${remote}`);
  const ref = `refs/heads/${branch}`;
  const result = await git(['ls-remote', remote, ref], { ...ownPlace(target), signal, remote: true, answers: [128] });
  if (result.exitCode !== 0)
    throw isNotThere(result.stderr) ? notThere(target, lastLines(result.stderr)) : gitError('ls-remote', result.exitCode, result.stderr);
  const tip = result.stdout
    .toString('utf8')
    .split('\n')
    .find((line) => line.endsWith(`\t${ref}`))
    ?.split('\t')[0];
  if (tip === undefined || (await isAncestor(target.commonDir, tip, commit, signal))) return;
  throw new MakimaError(
    'BRANCH_MOVED',
    `${branch} of ${remote} is at ${tip.slice(0, 12)}, with commits that are not in this task's work; nothing was changed. Pull them into ${branch} of ${target.path} first`,
  );
};

const isNotThere = (said: string): boolean =>
  /does not appear to be a git repository|[Rr]epository not found|repository '.*' (?:not found|does not exist)/.test(said);

const notThere = (target: TargetRepository, said: string): MakimaError =>
  new MakimaError(
    'REMOTE_NOT_FOUND',
    `The remote ${remote} of ${target.path} is not there or not yours to see${said === '' ? '' : ` (${said})`}`,
  );

const push = async (target: TargetRepository, branch: string, commit: string, signal?: AbortSignal): Promise<void> => {
  const args = [
    'push',
    '--porcelain',
    '--no-follow-tags',
    '--no-force-with-lease',
    '--recurse-submodules=no',
    remote,
    `${commit}:refs/heads/${branch}`,
  ];
  const result = await git(args, {
    ...ownPlace(target),
    config: [['core.logAllRefUpdates', 'false']],
    signal,
    remote: true,
    runHooks: true,
    answers: [1, 128],
  });
  if (result.exitCode === 0) return;
  const refused = /^!\t[^\t]*\t(.*)$/m.exec(result.stdout.toString('utf8'))?.[1];
  const said = lastLines(result.stderr);
  const words = said === '' ? '' : ` (${said})`;
  if (refused !== undefined)
    throw new MakimaError(
      'PUSH_REJECTED',
      `${remote} did not take ${branch}: ${whyNoName(branch, refused, said) ?? `${whyRefused(refused)}${words}`}`,
    );
  if (isNotThere(result.stderr)) throw notThere(target, said);
  // git says nothing of its own where the hook ends with an error
  if (result.exitCode === 1) throw new MakimaError('PUSH_REJECTED', `The pre-push hook of ${target.path} said no${words}`);
  throw gitError('push', result.exitCode, result.stderr);
};

/** Git keeps no `a` beside `a/b`, there no more than here: which branch of origin's is in the way, null where that is not why. */
const whyNoName = (branch: string, reason: string, said: string): string | null => {
  const inTheWay = /'refs\/heads\/([^']+)' exists; cannot create/.exec(said)?.[1];
  if (inTheWay === undefined && !reason.includes('directory file conflict')) return null;
  return `it has a branch ${inTheWay ?? 'above or below that name'}, beside which git can make no ${branch}. Rename or delete that branch there`;
};

const whyRefused = (reason: string): string => {
  if (/non-fast-forward|fetch first|stale info/.test(reason))
    return 'the branch has commits there that are not in this one. Fetch it, and merge or delete it there';
  if (/protected branch|GH006|hook declined/.test(reason)) return `the server's rules forbid it: ${reason}`;
  return reason;
};

/** As in a terminal of the user's: from the checkout's top, so that hooks find what they expect, and no further up. */
const ownPlace = (target: TargetRepository): GitOptions =>
  target.checkout === null
    ? { gitDir: target.gitDir }
    : { cwd: target.checkout, env: { GIT_CEILING_DIRECTORIES: path.dirname(target.checkout) } };
