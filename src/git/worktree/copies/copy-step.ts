/**
 * A piece of a copy, done without a pause, in a thread of its own or, where it is small, in the daemon's: each trip of Node's
 * through its thread pool costs more than what is done there, and a file took six. Nothing is decided here.
 */
import { readdirSync, rmdirSync, type Dirent, type Stats } from 'node:fs';
import { closeDirectory, copyFile, copyLink, makeDirectory, statOf } from './copy-leaf.ts';
import { bytes, holdSteady, type Steady } from './steady.ts';
import type { CopyRules, Entry, Skipped, Step, StepResult } from './step.ts';

interface Work {
  rules: CopyRules;
  room: { entries: number; bytes: number };
  result: StepResult;
}

export const copyStep = ({ rules, entries, most }: Step): StepResult => {
  const result: StepResult = { left: [], inward: [], undecided: [], open: [], copied: [], gone: [] };
  const work = { rules, room: { ...most }, result };
  const stack = [...entries];
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    if (isFull(work)) result.left.push(entry);
    else copyOne(work, entry, stack);
  }
  return result;
};

const isFull = ({ room }: Work): boolean => room.entries <= 0 || room.bytes <= 0;

const copyOne = (work: Work, entry: Entry, stack: Entry[]): void => {
  const held = holdSteady(entry.from, entry.real);
  try {
    if (held?.stat.isDirectory() === entry.isDirectory) {
      if (entry.isDirectory) copyDirectory(work, entry, held, stack);
      else if (!copyFileThatFits(work, held, entry)) work.result.left.push(entry);
      return;
    }
    work.result.gone.push(entry.relative);
    // nothing of it was copied yet
    if (entry.isDirectory && entry.isNew && entry.names === undefined) rmdirSync(bytes(entry.to));
  } catch (error) {
    throw named(error, held, entry);
  } finally {
    held?.close();
  }
};

/** A descriptor says nothing to whoever reads of the failure. */
const named = (error: unknown, held: Steady | null, entry: Entry): unknown => {
  if (error instanceof Error && held !== null) error.message = error.message.replace(/\/proc\/self\/fd\/\d+/, entry.from);
  return error;
};

const copyDirectory = (work: Work, entry: Entry, held: Steady, stack: Entry[]): void => {
  const { rules, room, result } = work;
  const names = entry.names?.map((name) => ({ name, kind: kindOf(statOf(inDirectory(held, name))) })) ?? list(held);
  let hasLinks = entry.hasLinks === true;
  for (const [index, { name, kind }] of names.entries()) {
    const inner = {
      from: `${entry.from}/${name}`,
      to: `${entry.to}/${name}`,
      relative: entry.relative === '' ? name : `${entry.relative}/${name}`,
    };
    if (kind === null || isSkipped(rules.skip, inner.relative, name)) continue;
    let isDone = !isFull(work);
    if (isDone && kind === 'directory') {
      const isNew = makeDirectory(bytes(inner.to), entry.isNew, rules);
      if (isNew !== null) stack.push({ ...inner, isDirectory: true, real: entry.real === null ? null : `${entry.real}/${name}`, isNew });
    } else if (isDone && kind === 'link') {
      const made = copyLink(inDirectory(held, name), inner, entry.isNew, rules);
      hasLinks ||= made === null;
      if (made === null) result.undecided.push(inner);
      else if (made) result.inward.push(inner);
      if (made === true) tell(work, inner.relative);
    } else if (isDone) isDone = copyNamed(work, inDirectory(held, name), { ...inner, isDirectory: false, real: null, isNew: entry.isNew });
    if (!isDone) {
      result.left.push({ ...entry, names: names.slice(index).map((each) => each.name), hasLinks });
      return;
    }
    room.entries -= 1;
  }
  if (!entry.isNew) return;
  const { mode, atimeMs, mtimeMs } = held.stat;
  const open = { to: entry.to, mode: mode & 0o7777, atime: atimeMs / 1000, mtime: mtimeMs / 1000 };
  if (hasLinks) result.open.push(open);
  else closeDirectory(open);
};

type Kind = 'file' | 'directory' | 'link' | null;
const kindOf = (found: Pick<Stats | Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'> | null): Kind =>
  found?.isFile() === true ? 'file' : found?.isDirectory() === true ? 'directory' : found?.isSymbolicLink() === true ? 'link' : null;

const list = (held: Steady): { name: string; kind: Kind }[] =>
  readdirSync(held.path, { encoding: 'latin1', withFileTypes: true }).map((entry) => ({ name: entry.name, kind: kindOf(entry) }));

const inDirectory = (held: Steady, name: string): Buffer => Buffer.concat([held.path, bytes(`/${name}`)]);

const isSkipped = (skip: readonly Skipped[], relative: string, name: string): boolean =>
  skip.some(
    ({ name: skipped, at, inAnyCase }) =>
      (at === 'anywhere' || relative === name) && (skipped === name || (inAnyCase === true && skipped === name.toLowerCase())),
  );

const copyNamed = (work: Work, file: Buffer, entry: Entry): boolean => {
  const held = holdSteady(file.toString('latin1'), null);
  try {
    return held?.stat.isFile() !== true || copyFileThatFits(work, held, entry);
  } finally {
    held?.close();
  }
};

/** @returns false where it is more than there is room for */
const copyFileThatFits = (work: Work, held: Steady, entry: Entry): boolean => {
  if (held.stat.size > work.room.bytes) return false;
  work.room.bytes -= held.stat.size;
  if (copyFile(held, bytes(entry.to), entry.isNew, work.rules)) tell(work, entry.relative);
  return true;
};

const tell = ({ rules, result }: Work, relative: string): void => {
  if (isTold(rules, relative)) result.copied.push(relative);
};

export const isTold = ({ told }: Pick<CopyRules, 'told'>, relative: string): boolean => told === 'all' || relative.endsWith('/.git');
