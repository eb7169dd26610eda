import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { isDirectory, namesIn } from '../../../files/look.ts';
import { removeTree } from '../../../files/remove-tree.ts';
import { gitErrorKind } from '../../command/index.ts';
import type { Base, Repository } from '../../repository/index.ts';
import { freeBytes, leftFreeBytes, makeReady } from './make-ready.ts';
import type { Worktree } from '../worktree.ts';
import { isStillRight, moveInto, areAlike, type ReadyWorktree } from './ready-worktree.ts';

/** One that was taken: nobody else has it. */
export interface Taken {
  /** What its files are of: the base, or what that was before it moved, and then git has to bring them there. */
  commit: string;
  /** Makes them those of a worktree whose repository is there. */
  moveInto(worktree: Worktree): Promise<void>;
  /** What is left of it can go. */
  release(): void;
}

/** Worktrees that are kept ready for the next starts, of each repository and base that starts have used. */
export interface PreparedWorktrees {
  /** Nothing is prepared while a start makes its worktree. */
  duringStart<T>(work: () => Promise<T>): Promise<T>;
  /** @returns one that is what a checkout of the base would be, null where there is none; from now on some are kept for it */
  take(repository: Repository, base: Base, signal?: AbortSignal): Promise<Taken | null>;
  /** How many are ready, what they take on the disk, and what became of those that were made. */
  counts(): { ready: number; bytes: number; made: number; taken: number; discarded: number };
  /** Removes what an earlier daemon left, in the background. */
  begin(): void;
  /** What is being made is broken off, what is ready stays for the next daemon to remove. */
  close(): Promise<void>;
}

export interface PreparedOptions {
  /** Nobody else's, and in no agent's way. */
  directory: string;
  /** Where worktrees are made. */
  worktrees: string;
  /** Kept ready for each base; 0 is none. */
  perBase: number;
  /** Of all of them. */
  maxBytes: number;
  /** So long after the last start it is begun, in milliseconds. */
  quietMs?: number;
  /** So long after its last use a base is given up. */
  unusedMs?: number;
  reached?: (point: string) => void;
  report: (what: string, error: unknown) => void;
}

interface BaseInUse {
  repository: Repository;
  base: Base;
  usedAt: number;
  /** It has all that it can have until it is used again. */
  isSettled: boolean;
  ready: ReadyWorktree[];
}

/** Of so many bases, those that were used last. */
const maxBases = 8;

export const createPreparedWorktrees = (options: PreparedOptions): PreparedWorktrees => {
  const { directory, perBase, maxBytes, quietMs = 1000, unusedMs = 3_600_000, reached = () => undefined, report } = options;
  /** The one that was used last is the last. */
  let bases: BaseInUse[] = [];
  /** Everything of ours that is not to be removed. */
  const held = new Set<string>();
  const counted = { made: 0, taken: 0, discarded: 0 };
  const under = { starts: 0, closed: false };
  let stop = new AbortController();
  let working: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;

  const all = (): ReadyWorktree[] => bases.flatMap(({ ready }) => ready);
  const sizeOf = (list: readonly ReadyWorktree[]): number => list.reduce((sum, { bytes }) => sum + bytes, 0);
  const discard = (list: readonly ReadyWorktree[]): void => {
    counted.discarded += list.length;
    for (const { directory: each } of list) held.delete(each);
  };

  const baseInUse = (repository: Repository, base: Base): BaseInUse => {
    const ofSource = bases.filter((each) => each.repository.name === repository.name);
    const found =
      ofSource.find((each) => each.base.commit === base.commit) ?? ofSource.find((each) => each.base.branch === base.branch) ?? null;
    const used = { repository, base, usedAt: Date.now(), isSettled: false, ready: found?.ready ?? [] };
    bases = [...bases.filter((each) => each !== found), used];
    return used;
  };

  /** What is not held: left by an earlier daemon, taken, given up. Where a link stands in its place, all behind it is somebody else's. */
  const sweep = async (): Promise<void> => {
    for (const name of (await isDirectory(directory)) ? await namesIn(directory) : [])
      if (!held.has(path.join(directory, name))) await removeTree(path.join(directory, name));
  };

  const giveUpUnused = (): void => {
    const kept = bases.filter(({ usedAt }) => Date.now() - usedAt < unusedMs).slice(-maxBases);
    for (const each of bases) if (!kept.includes(each)) discard(each.ready);
    bases = kept;
  };

  const makeOne = async (of: BaseInUse, signal: AbortSignal): Promise<ReadyWorktree | null> => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    if (!(await areAlike(directory, options.worktrees))) return null;
    const own = path.join(directory, crypto.randomUUID());
    held.add(own);
    try {
      await mkdir(own, { mode: 0o700 });
      reached('preparation begun');
      // those of bases that were used longer ago make room
      const newer = bases.slice(bases.indexOf(of)).flatMap(({ ready }) => ready);
      const made = await makeReady(own, of.repository, of.base, maxBytes - sizeOf(newer), signal);
      if (made === null) held.delete(own);
      return made;
    } catch (error) {
      held.delete(own);
      // a disk that is full is no failure of anything that somebody asked for
      if (!signal.aborted && gitErrorKind(error) !== 'disk-full') report('preparing a worktree', error);
      return null;
    }
  };

  const makeRoom = (bytes: number): void => {
    for (const each of bases) while (sizeOf(all()) + bytes > maxBytes && each.ready.length > 0) discard(each.ready.splice(0, 1));
  };

  const fill = async (of: BaseInUse, signal: AbortSignal): Promise<void> => {
    const stale = of.ready.filter(({ commit }) => commit !== of.base.commit);
    of.ready = of.ready.filter((each) => !stale.includes(each));
    discard(stale);
    while (of.ready.length < perBase && !signal.aborted && bases.includes(of)) {
      const made = await makeOne(of, signal);
      if (made === null) break;
      counted.made += 1;
      makeRoom(made.bytes);
      of.ready.push(made);
      reached('prepared worktree ready');
    }
    of.isSettled = !signal.aborted;
  };

  const work = async (signal: AbortSignal): Promise<void> => {
    giveUpUnused();
    if (all().length > 0 && (await freeBytes(directory)) < leftFreeBytes) for (const each of bases) discard(each.ready.splice(0));
    await sweep();
    if (perBase > 0) for (const each of bases.toReversed()) if (!each.isSettled && !signal.aborted) await fill(each, signal);
    if (!signal.aborted) await sweep();
  };

  const schedule = (after: number): void => {
    clearTimeout(timer);
    if (!under.closed) timer = setTimeout(begin, after).unref();
  };
  const begin = (): void => {
    if (under.closed || under.starts > 0) return;
    if (working !== null) {
      schedule(quietMs);
      return;
    }
    stop = new AbortController();
    const { signal } = stop;
    working = work(signal)
      .catch((error: unknown) => report('preparing worktrees', error))
      .finally(() => {
        working = null;
        if (!signal.aborted && bases.length > 0) schedule(unusedMs);
        reached('preparation over');
      });
  };

  return {
    async duringStart(work) {
      under.starts += 1;
      stop.abort();
      try {
        return await work();
      } finally {
        under.starts -= 1;
        if (under.starts === 0) schedule(quietMs);
      }
    },
    async take(repository, base, signal) {
      if (perBase === 0 || repository.cacheDir === null) return null;
      const { ready } = baseInUse(repository, base);
      for (;;) {
        const index = ready.findIndex(({ commit }) => commit === base.commit);
        const [next] = ready.splice(Math.max(index, 0), 1);
        if (next === undefined) return null;
        if (await isStillRight(next, repository, base, signal).catch(() => false)) {
          counted.taken += 1;
          return {
            commit: next.commit,
            moveInto: (worktree) => moveInto(next, worktree, reached),
            release: () => void held.delete(next.directory),
          };
        }
        signal?.throwIfAborted();
        discard([next]);
      }
    },
    counts: () => ({ ready: all().length, bytes: sizeOf(all()), ...counted }),
    begin: () => schedule(0),
    async close() {
      under.closed = true;
      clearTimeout(timer);
      stop.abort();
      await working;
    },
  };
};
