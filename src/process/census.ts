import { cgroupOf, membersOf } from './cgroup.ts';
import { isOurs, markerOf, type RunHandle } from './handle.ts';
import { platform, type ProcessInfo, type TableEntry } from './platform/index.ts';

/** The living processes of a run: its wrapper, and all others. */
export interface Census {
  wrapper: ProcessInfo | null;
  others: ProcessInfo[];
  /** The run's own cgroup; null where it has none. */
  cgroup: string | null;
}

/**
 * Picks a run's processes from the process table. Ours is what is marked (by its environment or its cgroup), shares
 * the living wrapper's session or group, was proved ours before, or descends from any of these. The session of a dead
 * wrapper proves nothing: its number may have been used again.
 * @param table - every process
 * @param wrapperPid - the wrapper, if it is alive
 * @param proved - pid → start time of processes that an earlier census proved; a child with a clean environment is
 *   only ours as long as its parent lives
 * @param self - the daemon's own pid, which is never picked
 */
export const selectRun = (
  table: readonly TableEntry[],
  wrapperPid: number | null,
  proved: ReadonlyMap<number, string>,
  self: number,
): Omit<Census, 'cgroup'> => {
  const ours = new Set<number>();
  const children = Map.groupBy(table, (entry) => entry.ppid);
  const add = (entry: TableEntry): void => {
    // Pid 1 adopts orphans of everybody, and the daemon starts every wrapper: neither makes its children ours.
    if (entry.pid <= 1 || entry.pid === self || ours.has(entry.pid)) return;
    ours.add(entry.pid);
    children.get(entry.pid)?.forEach(add);
  };
  for (const entry of table) {
    const inSession = wrapperPid !== null && (entry.pid === wrapperPid || entry.sid === wrapperPid || entry.pgid === wrapperPid);
    if (entry.marked || inSession || proved.get(entry.pid) === entry.startTime) add(entry);
  }
  const living = table.filter((entry) => ours.has(entry.pid) && entry.state !== 'zombie');
  return { wrapper: living.find((entry) => entry.pid === wrapperPid) ?? null, others: living.filter((entry) => entry.pid !== wrapperPid) };
};

/**
 * Every process, with those marked that are in the run's cgroup. They are asked after the table was read: a pid that passed to
 * one of them in between is told by its start time from the one that had it.
 */
const readTable = async (runId: string, cgroup: string | null): Promise<TableEntry[]> => {
  const table = await platform.table(markerOf(runId));
  if (cgroup === null) return table;
  const members = await platform.identify(membersOf(cgroup));
  return [...table.filter(({ pid }) => !members.has(pid)), ...[...members.values()].map((member) => ({ ...member, marked: true }))];
};

/**
 * A census that remembers what it proved, so that a process which leaves the tree later (a clean environment, a
 * session of its own, its parent dead) is still found by the next one.
 * @param handle - null where the run's handle was never stored: the marks alone count then
 */
export const openCensus = (runId: string, handle: RunHandle | null): (() => Promise<Census>) => {
  const proved = new Map<number, string>();
  return async () => {
    const wrapperPid = handle !== null && (await isOurs(handle)) ? handle.pid : null;
    const cgroup = cgroupOf(runId, handle);
    const census = selectRun(await readTable(runId, cgroup), wrapperPid, proved, process.pid);
    for (const { pid, startTime } of census.others) proved.set(pid, startTime);
    return { ...census, cgroup };
  };
};
