import { setImmediate as otherWork } from 'node:timers/promises';
import { createTogether } from '../domain/together.ts';
import { markerName } from './handle.ts';
import { platform, type TableEntry } from './platform/index.ts';

/** The whole process table at a moment, so that what belongs to one of many runs is found without going through it for each. */
export interface Look {
  byPid: ReadonlyMap<number, TableEntry>;
  childrenOf: ReadonlyMap<number, readonly TableEntry[]>;
  /** Those whose environment names a run. */
  ofRun: ReadonlyMap<string, readonly TableEntry[]>;
  /** Those of a session or a group, by its number. */
  together: ReadonlyMap<number, readonly TableEntry[]>;
}

const listBy = <K>(entries: readonly TableEntry[], keysOf: (entry: TableEntry) => readonly K[]): Map<K, TableEntry[]> => {
  const lists = new Map<K, TableEntry[]>();
  for (const entry of entries) {
    for (const key of keysOf(entry)) {
      const list = lists.get(key);
      if (list === undefined) lists.set(key, [entry]);
      else list.push(entry);
    }
  }
  return lists;
};

/** @param entries - every process */
export const lookOf = (entries: readonly TableEntry[]): Look => ({
  byPid: new Map(entries.map((entry) => [entry.pid, entry])),
  childrenOf: listBy(entries, ({ ppid }) => [ppid]),
  ofRun: listBy(entries, ({ marks }) => marks),
  together: listBy(entries, ({ sid, pgid }) => (sid === null || sid === pgid ? [pgid] : [sid, pgid])),
});

/**
 * Reads the process table, once for all who ask before it begins: a hundred runs that are stopped at once look at the same tables.
 * Nobody is answered with one whose reading had begun when they asked, since what they know may have come to be meanwhile.
 */
export const lookAtProcesses: () => Promise<Look> = createTogether(
  async () => lookOf(await platform.table(markerName)),
  // What is asked in this turn of the event loop is asked in time.
  () => otherWork(),
);
