import { existsSync } from 'node:fs';
import { git, gitError, type GitOptions, gitText, writeObject } from '../command/index.ts';
import { makimaIdentity } from '../repository/index.ts';
import type { Worktree } from '../worktree/index.ts';
import { objectsOf } from './look/contents.ts';
import { settingsOf } from './look/settings.ts';

/** A commit of a tree, by the identity that the repository carries from the user's, else by makima. */
export const commitTree = async (
  worktree: Worktree,
  tree: string,
  parents: readonly string[],
  message: string,
  signal?: AbortSignal,
): Promise<string> => {
  // of a worktree that somebody removed, no settings can be read
  const identity = existsSync(worktree.adminDir) ? (await settingsOf(worktree, signal)).identity : null;
  if (identity === null || message.includes('\0')) return commitByGit(worktree, tree, parents, message, signal);
  const who = `${identity} ${gitTime(new Date())}`;
  const lines = [`tree ${tree}`, ...[...new Set(parents)].map((parent) => `parent ${parent}`), `author ${who}`, `committer ${who}`, ''];
  return writeObject(objectsOf(worktree), tree.length, 'commit', Buffer.from(`${lines.join('\n')}\n${message}`));
};

/** A moment as git writes it: seconds, and how far the clock on the wall is ahead. */
const gitTime = (moment: Date): string => {
  const ahead = -moment.getTimezoneOffset();
  const pad = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.abs(ahead);
  return `${Math.floor(moment.getTime() / 1000)} ${ahead < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`;
};

/** Where the settings say something that git alone makes a name of. */
const commitByGit = async (
  { gitDir }: Worktree,
  tree: string,
  parents: readonly string[],
  message: string,
  signal?: AbortSignal,
): Promise<string> => {
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'];
  const options: GitOptions = { gitDir, signal, input: message };
  // else git makes a name up of the machine's
  const own = await git(args, { ...options, config: [['user.useConfigOnly', 'true']], answers: [128] });
  if (own.exitCode === 0) return own.stdout.toString('latin1').trim();
  if (!/auto-detection is disabled/.test(own.stderr)) throw gitError('commit-tree', own.exitCode, own.stderr);
  return gitText(args, { ...options, env: makimaIdentity });
};
