import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { DiskUsage } from '../../../schemas/info.ts';
import { isMissing } from '../../files/failure.ts';
import { measureTrees, type Measured } from '../../files/measure-trees.ts';
import { storeWhole } from '../../files/store-whole.ts';
import { repositoryOf } from '../../git/repository/index.ts';
import { parseWorktree } from '../../git/worktree/index.ts';
import type { Needs } from '../parts.ts';

/** Where what is measured lies; each name in one is measured by itself. */
const areas = ['worktrees', 'repositories', 'caches', 'kept', 'runs'] as const;
type Area = (typeof areas)[number];

/** What was measured, by `area/name`, as it is kept over restarts: only what has changed since is measured again. */
const Notes = Type.Object({
  version: Type.Literal(1),
  measuredAt: Type.String(),
  sizes: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
});
type Notes = Static<typeof Notes>;

/** Measured in one go, between which it can be given up. */
const batch = 20;

/** What of the disk is whose, as it was last measured. Nobody who asks waits for the disk. */
export interface DiskUsageNotes {
  current(): DiskUsage;
  /**
   * Measures what has changed since it was last measured, and what never was.
   * @returns of the tasks' repositories that were measured how many loose objects they have, by the task's id
   */
  measure(signal: AbortSignal): Promise<Map<string, number>>;
  /** Measures one repository anew. */
  again(taskId: string, signal: AbortSignal): Promise<void>;
}

const readNotes = (file: string): Notes | null => {
  try {
    const notes: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Value.Check(Notes, notes) ? notes : null;
  } catch (error) {
    // Damaged: all is measured anew.
    if (isMissing(error) || error instanceof SyntaxError) return null;
    throw error;
  }
};

const directoriesIn = async (directory: string): Promise<string[]> => {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
};

/**
 * @param parts - `preparedBytes`: of the worktrees that are kept ready, which are counted as they are made
 */
export const openDiskUsage = (
  parts: Needs<'store' | 'log' | 'now' | 'home'> & { directories: Record<Area, string>; preparedBytes: () => number },
): DiskUsageNotes => {
  const { store, log, now, home, directories, preparedBytes } = parts;
  const file = join(home, 'disk-usage.json');
  const earlier = readNotes(file);
  const sizes = new Map(Object.entries(earlier?.sizes ?? {}));
  let isNoted = earlier !== null;
  let measuredAt = earlier?.measuredAt ?? null;

  const keyOf = (area: Area, name: string): string => `${area}/${name}`;
  const pathOf = (key: string): string => {
    const area = areas.find((each) => key.startsWith(`${each}/`)) ?? 'worktrees';
    return join(directories[area], key.slice(area.length + 1));
  };
  const measureAll = async (keys: readonly string[], signal: AbortSignal): Promise<Map<string, Measured>> => {
    const found = new Map<string, Measured>();
    for (let at = 0; at < keys.length; at += batch) {
      const some = keys.slice(at, at + batch);
      for (const [index, measured] of (await measureTrees(some.map(pathOf), signal)).entries()) {
        sizes.set(some[index] ?? '', measured.bytes);
        found.set(some[index] ?? '', measured);
      }
    }
    return found;
  };
  const note = (): void => {
    sums = addUp();
    const notes: Notes = { version: 1, measuredAt: measuredAt ?? now().toISOString(), sizes: Object.fromEntries(sizes) };
    storeWhole(file, JSON.stringify(notes));
    isNoted = true;
  };
  const addUp = (): Record<Area, number> => {
    const sums = { worktrees: 0, repositories: 0, caches: 0, kept: 0, runs: 0 };
    for (const [key, size] of sizes) for (const area of areas) if (key.startsWith(`${area}/`)) sums[area] += size;
    return sums;
  };
  let sums = addUp();

  return {
    current: () => ({
      measuredAt,
      worktreeBytes: sums.worktrees,
      repositoryBytes: sums.repositories,
      cacheBytes: sums.caches,
      keptBytes: sums.kept,
      runBytes: sums.runs,
      preparedBytes: preparedBytes(),
      logBytes: log.sizes().reduce((total, { bytes }) => total + bytes, 0),
    }),
    async measure(signal) {
      const began = now().toISOString();
      const there = new Set<string>();
      const fresh: string[] = [];
      for (const area of areas)
        for (const name of await directoriesIn(directories[area])) {
          const key = keyOf(area, name);
          there.add(key);
          if (!sizes.has(key)) fresh.push(key);
        }
      const gone = [...sizes.keys()].filter((key) => !there.has(key));
      for (const key of gone) sizes.delete(key);
      const changed = await store.worktreesChangedSince(measuredAt ?? '');
      const touched = changed.flatMap(({ taskId, record }) => [
        keyOf('worktrees', basename(parseWorktree(record).path)),
        keyOf('repositories', basename(repositoryOf({ ...directories }, taskId))),
      ]);
      // what starts fetch goes there
      const caches = touched.length === 0 ? [] : [...there].filter((key) => key.startsWith('caches/'));
      const runs = [...there].filter((key) => key.startsWith('runs/'));
      const found = await measureAll([...new Set([...fresh, ...touched.filter((key) => there.has(key)), ...caches, ...runs])], signal);
      measuredAt = began;
      if (found.size > 0 || gone.length > 0 || !isNoted) note();
      const loose = new Map<string, number>();
      for (const [key, measured] of found)
        if (key.startsWith('repositories/')) loose.set(key.slice('repositories/'.length).replace(/\.git$/, ''), measured.loose);
      return loose;
    },
    async again(taskId, signal) {
      await measureAll([keyOf('repositories', basename(repositoryOf({ ...directories }, taskId)))], signal);
      note();
    },
  };
};
