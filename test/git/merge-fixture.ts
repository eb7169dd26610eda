import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import type { Test } from 'tap';
import { applyMerge, whileChanging } from '../../src/git/merge/apply.ts';
import { removeBackup } from '../../src/git/merge/backup.ts';
import { planMerge, type MergePlan } from '../../src/git/merge/plan.ts';
import { undoMerge } from '../../src/git/merge/undo.ts';
import { bringCommit } from '../../src/git/repository/bring-objects.ts';
import { mergeSource, type MergeSource } from '../../src/git/snapshot/merge-source.ts';
import type { Worktree } from '../../src/git/worktree/worktree.ts';
import { fingerprint, isolate, open, userRepository, worktreeOf, write, type Fingerprint } from './git-fixture.ts';

/** What a side has at a path: text, bytes, a script, a link, or nothing. */
export type Entry = string | Buffer | { run: string } | { link: string } | null;

export const put = (root: string, entries: Record<string, Entry>): void => {
  // what goes, goes first: a directory may take the place of a file
  for (const [name, entry] of Object.entries(entries))
    if (entry === null || typeof entry === 'object') rmSync(path.join(root, name), { recursive: true, force: true });
  for (const [name, entry] of Object.entries(entries)) {
    const file = path.join(root, name);
    if (entry === null) continue;
    if (typeof entry === 'string' || Buffer.isBuffer(entry)) write(root, { [name]: entry });
    else if ('run' in entry) {
      write(root, { [name]: entry.run });
      chmodSync(file, 0o755);
    } else {
      mkdirSync(path.dirname(file), { recursive: true });
      symlinkSync(entry.link, file);
    }
  }
};

export const remove = (root: string, name: string): void => unlinkSync(path.join(root, name));

export interface Pair {
  home: string;
  parent: Worktree;
  child: Worktree;
}

/** A parent's worktree and a subtask's, of one repository with these files. */
export const pair = async (t: Test, files: Record<string, Entry>): Promise<Pair> => {
  const home = isolate(t);
  const source = path.join(home, 'source');
  mkdirSync(source);
  put(source, files);
  const repository = await open(home, userRepository(source, {}));
  return { home, parent: await worktreeOf(home, repository), child: await worktreeOf(home, repository) };
};

const messages = { merge: 'Merge the part', work: 'Work of its own' };

/** Where the commit of a source is. */
const made = new Map<string, string>();

export const sourceOf = async (child: Worktree, previous: MergeSource | null = null): Promise<MergeSource> => {
  const source = await mergeSource(child, previous, 'Work of the part');
  made.set(source.commit, child.gitDir);
  return source;
};

/** Plans a merge, with the source's commit brought over before. */
export const planned = async (parent: Worktree, source: MergeSource): Promise<MergePlan | null> => {
  await bringCommit(made.get(source.commit) ?? parent.gitDir, parent.gitDir, source.commit);
  return planMerge(parent, source, messages);
};

/** Plans and applies, as the verb does. */
export const merge = (
  parent: Worktree,
  source: MergeSource,
  lockWaitMs?: number,
  child: Worktree | null = null,
): Promise<MergePlan | null> =>
  whileChanging(async () => {
    const plan = await planned(parent, source);
    if (plan === null) return null;
    await applyMerge(parent, plan, child, lockWaitMs === undefined ? {} : { lockWaitMs });
    if (plan.record.commit !== null) await removeBackup(parent);
    return plan;
  });

export const mergeOrFail = async (parent: Worktree, child: Worktree): Promise<MergePlan> => {
  const plan = await merge(parent, await sourceOf(child), undefined, child);
  if (plan === null) throw new Error('There was nothing to merge');
  return plan;
};

export const undo = (parent: Worktree, plan: MergePlan): Promise<void> => undoMerge(parent, plan.record);

/** git in a worktree, as its agent types it; a mere look changes nothing, where git would note in the index what it saw. */
export const inside = (worktree: Worktree, ...args: string[]): string =>
  execFileSync('git', args, {
    cwd: worktree.path,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
  });

/** Everything that abort has to give back: files with modes, the index to the byte, HEAD, the branch, and what git is in the middle of. */
export const stateOf = (worktree: Worktree): { files: Fingerprint; index: string; head: string; status: string } => ({
  files: fingerprint(worktree.path, { times: false, skip: ['/.git', '/.makima'] }),
  index: readFileSync(path.join(worktree.adminDir, 'index'), 'base64'),
  head: inside(worktree, 'rev-parse', '--symbolic-full-name', 'HEAD', '@'),
  status: inside(worktree, 'status', '--porcelain=v2', '--branch', '-z'),
});
