import { cgroupOf, membersOf } from './cgroup.ts';
import type { RunHandle } from './handle.ts';
import { lookAtProcesses, type Look } from './look.ts';
import { platform, type ProcessInfo } from './platform/index.ts';

/** The living processes of a run: its wrapper, and all others. */
export interface Census {
  wrapper: ProcessInfo | null;
  others: ProcessInfo[];
  /** The run's own cgroup; null where it has none. */
  cgroup: string | null;
}

/** What is known of a run when a look at the processes is gone through for it. */
export interface Known {
  runId: string;
  /** The wrapper, if it is alive. */
  wrapperPid: number | null;
  /** Who is in the run's cgroup. */
  members: ReadonlyMap<number, ProcessInfo>;
  /** pid → start time of processes that an earlier census proved; a child with a clean environment is only ours as long as its parent lives. */
  proved: ReadonlyMap<number, string>;
}

/**
 * Picks a run's processes from the process table. Ours is what is marked (by its environment or its cgroup), shares
 * the living wrapper's session or group, was proved ours before, or descends from any of these. The session of a dead
 * wrapper proves nothing: its number may have been used again.
 * @param self - the daemon's own pid, which is never picked
 */
export const selectRun = (look: Look, { runId, wrapperPid, members, proved }: Known, self: number): Omit<Census, 'cgroup'> => {
  const ours = new Map<number, ProcessInfo>();
  const add = (pid: number): void => {
    // A member was asked after the table was read: a pid that passed to it in between is told by its start time from the one that had it.
    const entry = members.get(pid) ?? look.byPid.get(pid);
    // Pid 1 adopts orphans of everybody, and the daemon starts every wrapper: neither makes its children ours.
    if (entry === undefined || pid <= 1 || pid === self || ours.has(pid)) return;
    ours.set(pid, entry);
    for (const child of look.childrenOf.get(pid) ?? []) add(child.pid);
  };
  for (const pid of members.keys()) add(pid);
  for (const { pid } of look.ofRun.get(runId) ?? []) add(pid);
  if (wrapperPid !== null) for (const { pid } of look.together.get(wrapperPid) ?? []) add(pid);
  if (wrapperPid !== null) add(wrapperPid);
  for (const [pid, startTime] of proved) if (look.byPid.get(pid)?.startTime === startTime) add(pid);
  const living = [...ours.values()].filter(({ state }) => state !== 'zombie');
  return { wrapper: living.find(({ pid }) => pid === wrapperPid) ?? null, others: living.filter(({ pid }) => pid !== wrapperPid) };
};

/**
 * A census that remembers what it proved, so that a process which leaves the tree later (a clean environment, a
 * session of its own, its parent dead) is still found by the next one.
 * @param handle - null where the run's handle was never stored: the marks alone count then
 */
export const openCensus = (runId: string, handle: RunHandle | null): (() => Promise<Census>) => {
  const proved = new Map<number, string>();
  return async () => {
    const ofThisBoot = handle !== null && handle.bootId === (await platform.bootId()) ? handle : null;
    const cgroup = cgroupOf(runId, handle);
    const look = await lookAtProcesses();
    const found = ofThisBoot === null ? undefined : look.byPid.get(ofThisBoot.pid);
    const wrapperPid = found !== undefined && found.startTime === ofThisBoot?.startTime && found.state !== 'zombie' ? found.pid : null;
    const members = cgroup === null ? new Map<number, ProcessInfo>() : await platform.identify(membersOf(cgroup));
    const census = selectRun(look, { runId, wrapperPid, members, proved }, process.pid);
    for (const { pid, startTime } of census.others) proved.set(pid, startTime);
    return { ...census, cgroup };
  };
};
