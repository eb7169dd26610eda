import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import type { Test } from 'tap';
import type { MergeConflict } from '../../schemas/merge.ts';
import { openConflicts, resolveConflict, type Strategy } from '../../src/git/merge/conflicts.ts';
import { commitMerge } from '../../src/git/merge/finish.ts';
import type { MergeJournal } from '../../src/git/merge/journal.ts';
import type { Conflict } from '../../src/git/merge/kind.ts';
import { merge as mergeInto } from '../../src/git/merge/merge.ts';
import { type Incoming, type MergePlan, planMerge, type Receiver } from '../../src/git/merge/plan.ts';
import type { MergeRecord } from '../../src/git/merge/record.ts';
import type { MergeUnderWay } from '../../src/git/merge/under-way.ts';
import { undoHalfMerge, undoMerge } from '../../src/git/merge/undo.ts';
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

/** Whose commit a source is. */
const made = new Map<string, Worktree>();

export const sourceOf = async (child: Worktree, previous: MergeSource | null = null): Promise<MergeSource> => {
  const source = await mergeSource(child, previous, 'Work of the part');
  made.set(source.commit, child);
  return source;
};

const receiver = (parent: Worktree, lockWaitMs?: number): Receiver => ({ worktree: parent, workMessage: 'Work of its own', lockWaitMs });
const incoming = (parent: Worktree, source: MergeSource): Incoming => ({
  ...source,
  worktree: made.get(source.commit) ?? parent,
  beside: false,
  message: 'Merge the part',
});

/** A journal that nobody has to read after a crash: what was noted, in order, and the plan that was noted last. */
export class TestJournal implements MergeJournal {
  readonly noted: string[] = [];
  record: MergeRecord | null = null;
  /** Called where a plan is noted, before anything is touched, and at each point at which a crash must do no harm. */
  readonly meanwhile: (what: string) => void;

  constructor(meanwhile: (what: string) => void = () => undefined) {
    this.meanwhile = meanwhile;
  }

  async begun(record: MergeRecord): Promise<void> {
    await this.#plan('begun', record);
  }
  async plannedAnew(record: MergeRecord): Promise<void> {
    await this.#plan('planned anew', record);
  }
  async leftOpen(): Promise<void> {
    await this.#note('left open');
  }
  async resolved(): Promise<void> {
    await this.#note('resolved');
  }
  async aborting(): Promise<void> {
    await this.#note('aborting');
  }
  async committed(): Promise<void> {
    await this.#note('committed');
  }
  async aborted(): Promise<void> {
    await this.#note('aborted');
  }
  reached(point: string): void {
    this.meanwhile(point);
  }
  notTakenBack(error: unknown): void {
    throw error;
  }

  #note(what: string): Promise<void> {
    this.noted.push(what);
    return Promise.resolve();
  }
  #plan(what: string, record: MergeRecord): Promise<void> {
    this.record = record;
    this.meanwhile(what);
    return this.#note(what);
  }
}

/** Plans a merge, with the source's commit brought over before. */
export const planned = async (parent: Worktree, source: MergeSource): Promise<MergePlan | null> => {
  await bringCommit((made.get(source.commit) ?? parent).gitDir, parent.gitDir, source.commit);
  const plan = await planMerge(receiver(parent), incoming(parent, source));
  return plan.kind === 'planned' ? plan : null;
};

/** @returns null where there was nothing to merge */
export const merge = async (
  parent: Worktree,
  source: MergeSource,
  { lockWaitMs, journal = new TestJournal(), check }: { lockWaitMs?: number; journal?: TestJournal; check?: () => Promise<void> } = {},
): Promise<{ record: MergeRecord } | null> => {
  const from = { ...incoming(parent, source), ...(check !== undefined && { check }) };
  const merged = await mergeInto(receiver(parent, lockWaitMs), () => Promise.resolve(from), journal);
  if (merged.kind === 'contained') return null;
  if (journal.record === null) throw new Error('The plan was never noted');
  return { record: journal.record };
};

export const mergeOrFail = async (parent: Worktree, child: Worktree): Promise<{ record: MergeRecord }> => {
  const done = await merge(parent, await sourceOf(child));
  if (done === null) throw new Error('There was nothing to merge');
  return done;
};

const underWay = (into: Worktree, record: MergeRecord, journal = new TestJournal()): MergeUnderWay => ({ into, record, journal });

export const undo = (parent: Worktree, { record }: { record: MergeRecord }, journal?: TestJournal): Promise<void> =>
  undoMerge(underWay(parent, record, journal));
export const undoHalf = (parent: Worktree, record: MergeRecord): Promise<void> => undoHalfMerge(underWay(parent, record));
export const conflictsIn = (parent: Worktree, record: MergeRecord): Promise<Conflict[]> => openConflicts(underWay(parent, record));
export const commit = (parent: Worktree, record: MergeRecord, message: string): Promise<string> =>
  commitMerge(underWay(parent, record), message);
export const resolve = (
  parent: Worktree,
  record: MergeRecord,
  file: string,
  strategy: Strategy,
  from: Worktree | null,
): Promise<MergeConflict[]> => resolveConflict(underWay(parent, record), file, strategy, from);

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
