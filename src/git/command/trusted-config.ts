import path from 'node:path';
import { isThere, statOf } from '../../files/look.ts';
import { readPlainText } from '../../files/rewrite-file.ts';
import { git, type GitOptions } from './git-command.ts';
import type { GitPlace } from './git-environment.ts';

interface Entry {
  /** `system`, `global`, `command`: the user's own. `local`, `worktree`: the repository's, which agents can write. */
  scope: string;
  key: string;
  value: string;
}

/** The commands that `git lfs install --local` writes: a repository's own configuration may name these and no others. */
const lfsCommands = /^git-lfs (?:clean -- %f|smudge(?: --skip)? -- %f|filter-process(?: --skip)?)$/;

const readConfig = async (place: GitPlace, signal: AbortSignal | undefined): Promise<Entry[]> => {
  const { stdout } = await git(['config', '--list', '--null', '--show-scope'], { ...place, cwd: place.gitDir ?? '/', signal });
  const fields = stdout.toString('utf8').split('\0');
  const entries: Entry[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const scope = fields[index] ?? '';
    const text = fields[index + 1] ?? '';
    const end = text.indexOf('\n');
    entries.push({ scope, key: end === -1 ? text : text.slice(0, end), value: end === -1 ? 'true' : text.slice(end + 1) });
  }
  return entries;
};

const isTrusted = (entry: Entry): boolean => entry.scope !== 'local' && entry.scope !== 'worktree';

const isFilterCommand = /^filter\.(.+)\.(clean|smudge|process)$/s;

/**
 * An agent can write the configuration of its task's repository, and a filter named there would be run by the daemon's own
 * `git add` and checkout. Every filter of the repository's own configuration, Git LFS apart, is put back to what the
 * user's own configuration says of it, or to nothing.
 *
 * @param place - where the command will work; the settings of what is told are read, as the command will read them
 * @returns configuration for GitOptions.config
 */
export const withoutForeignFilters = async (place: GitPlace, signal?: AbortSignal): Promise<[string, string][]> =>
  (await namesNoFilter(place)) ? [] : filterOverrides(await readConfig(place, signal));

/** Whether a repository's own settings say nothing of filters, nor include what might: then no process need be asked. */
const namesNoFilter = async ({ gitDir, commonDir }: GitPlace): Promise<boolean> => {
  if (gitDir === undefined) return false;
  // one that is told of no other repository may be of one that it names itself
  if (commonDir === undefined && (await isThere(path.join(gitDir, 'commondir')))) return false;
  const files = [path.join(commonDir ?? gitDir, 'config'), path.join(gitDir, 'config.worktree')];
  const texts = await Promise.all(files.map(async (file) => ((await statOf(file)) === null ? '' : readPlainText(file))));
  return texts.every((text) => text !== null && !/filter|include/i.test(text));
};

const filterOverrides = (entries: readonly Entry[]): [string, string][] => {
  const overrides = new Map<string, string>();
  for (const entry of entries) {
    const name = isTrusted(entry) ? undefined : isFilterCommand.exec(entry.key)?.[1];
    if (name === undefined || lfsCommands.test(entry.value) || entry.value === '') continue;
    for (const part of ['clean', 'smudge', 'process', 'required']) {
      const key = `filter.${name}.${part}`;
      overrides.set(key, entries.findLast((other) => isTrusted(other) && other.key === key)?.value ?? (part === 'required' ? 'false' : ''));
    }
  }
  return [...overrides];
};

/** Never matches a remote that an agent has configured, so that none of its `remote.<name>.*` settings apply. */
const remoteName = (): string => `makima-${crypto.randomUUID()}`;

/**
 * What a command that talks to a remote needs: programs (ssh, credential helpers, proxies, upload-pack) from the user's own
 * configuration only, and no prompt.
 *
 * @param gitDir - where the command will work, undefined where there is no repository
 * @param url - of the remote
 * @returns options for the command, and the name to give it in place of the URL
 */
export const remoteAccess = async (
  gitDir: string | undefined,
  url: string,
  signal?: AbortSignal,
): Promise<{ options: Pick<GitOptions, 'config' | 'env'>; remote: string }> => {
  const entries = await readConfig(gitDir === undefined ? {} : { gitDir }, signal);
  const remote = remoteName();
  const config: [string, string][] = [[`remote.${remote}.url`, url]];
  const env: Record<string, string> = {};
  const isHelper = /^credential\.(?:.*\.)?helper$/s;
  if (entries.some((entry) => !isTrusted(entry) && isHelper.test(entry.key))) {
    config.push(['credential.helper', '']);
    for (const entry of entries) if (isTrusted(entry) && isHelper.test(entry.key)) config.push([entry.key, entry.value]);
  }
  if (entries.some((entry) => !isTrusted(entry) && entry.key === 'core.gitproxy')) env['GIT_PROXY_COMMAND'] = '';
  if (entries.some((entry) => !isTrusted(entry) && entry.key === 'core.alternaterefscommand'))
    config.push(['core.alternateRefsCommand', ':']);
  const ssh = entries.findLast((entry) => isTrusted(entry) && entry.key === 'core.sshcommand')?.value;
  // a user's own ssh command is left as it is; it still gets no prompt, since ssh asks through SSH_ASKPASS once that is
  // required and `false` answers nothing
  if (process.env['GIT_SSH_COMMAND'] === undefined) {
    if (ssh !== undefined) env['GIT_SSH_COMMAND'] = ssh;
    else if (process.env['GIT_SSH'] === undefined) env['GIT_SSH_COMMAND'] = 'ssh -o BatchMode=yes -o ConnectTimeout=30';
    else config.push(['core.sshCommand', '']);
  }
  return { options: { config, env }, remote };
};
