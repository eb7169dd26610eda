import { closeSync, openSync, readFileSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { setImmediate as otherWork } from 'node:timers/promises';
import { codeOf } from '../../files/failure.ts';
import type { ProcessInfo, ProcessPlatform, TableEntry } from './process-table.ts';

/**
 * Processes read in one go, about 1 ms. /proc is read synchronously: it is memory, and each read through the thread
 * pool costs four trips there (measured: 400 ms for 150 processes on a busy machine, against 10 ms).
 */
const atOnce = 64;
/** More than any stat has, and than most environments have; it grows for one that is larger. */
const firstBufferBytes = 16 * 1024;

/**
 * Reads `/proc/<pid>/stat` (proc_pid_stat(5)).
 * @returns null where the text is no such line
 */
export const parseStat = (stat: string): ProcessInfo | null => {
  // The command's name stands in parentheses and may itself hold spaces, newlines and parentheses: the last one ends it.
  const open = stat.indexOf('(');
  const close = stat.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  const pid = Number(stat.slice(0, open));
  const fields = stat
    .slice(close + 2)
    .trim()
    .split(' ');
  const [state = '', ppid, pgid, sid] = fields;
  const startTime = fields[19];
  if (!Number.isInteger(pid) || startTime === undefined || !/^\d+$/.test(startTime)) return null;
  return { pid, ppid: Number(ppid), pgid: Number(pgid), sid: Number(sid), startTime, state: stateOf(state) };
};

const stateOf = (letter: string): ProcessInfo['state'] => {
  if (letter === 'Z' || letter === 'X' || letter === 'x') return 'zombie';
  return letter === 'T' || letter === 't' ? 'stopped' : 'running';
};

/** The values that `/proc/<pid>/environ` gives a variable: an entry is `NAME=value`, ended by a zero byte or the end. */
export const marksIn = (environ: Buffer, variable: string): string[] => {
  const marks: string[] = [];
  const entry = `${variable}=`;
  for (let at = environ.indexOf(entry); at >= 0; at = environ.indexOf(entry, at + entry.length)) {
    if (at > 0 && environ[at - 1] !== 0) continue;
    const end = environ.indexOf(0, at);
    marks.push(environ.toString('utf8', at + entry.length, end < 0 ? environ.length : end));
  }
  return marks;
};

/** One for all reads, since a look makes two a process: readFileSync makes a new one for each, and asks for a size that /proc does not know. */
let buffer = Buffer.allocUnsafeSlow(firstBufferBytes);

const readWhole = (file: number): Buffer => {
  let size = 0;
  for (;;) {
    const count = readSync(file, buffer, size, buffer.length - size, null);
    size += count;
    if (count === 0) return buffer.subarray(0, size);
    if (size === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
  }
};

/**
 * A file of /proc; null where the process has ended or belongs to somebody else, which makes it none of ours.
 * @returns bytes that are there until the next read
 */
const readProc = (pid: number, name: string): Buffer | null => {
  try {
    const file = openSync(`/proc/${pid}/${name}`, 'r');
    try {
      return readWhole(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
};

const identifyOne = (pid: number): ProcessInfo | null => {
  const stat = readProc(pid, 'stat');
  return stat === null ? null : parseStat(stat.toString('latin1'));
};

const eachOf = async <T>(pids: readonly number[], read: (pid: number) => T | null): Promise<T[]> => {
  const found: T[] = [];
  for (const [index, pid] of pids.entries()) {
    if (index > 0 && index % atOnce === 0) await otherWork();
    const one = read(pid);
    if (one !== null) found.push(one);
  }
  return found;
};

const none: readonly string[] = [];
/** It stays what it is as long as this process. */
let bootId: string | null = null;

const allPids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Where a link of /proc leads; null where the process has ended or belongs to somebody else. */
const leadsWhere = (link: string): string | null => {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
};

const filesOf = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((name) => `fd/${name}`);
  } catch {
    return [];
  }
};

export const linux: ProcessPlatform = {
  bootId: () => Promise.resolve((bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())),
  identify: async (pids) => new Map((await eachOf(pids, identifyOne)).map((info) => [info.pid, info])),
  table: async (variable) => {
    return await eachOf(allPids(), (pid): TableEntry | null => {
      const info = identifyOne(pid);
      if (info === null) return null;
      const environ = info.state === 'zombie' ? null : readProc(pid, 'environ');
      return { ...info, marks: environ === null ? none : marksIn(environ, variable) };
    });
  },
  usersOf: (directory) =>
    eachOf(allPids(), (pid) => {
      const isIn = (name: string): boolean => `${leadsWhere(`/proc/${pid}/${name}`) ?? ''}/`.startsWith(`${directory}/`);
      return isIn('cwd') || filesOf(pid).some(isIn) ? pid : null;
    }),
};
