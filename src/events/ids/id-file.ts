import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { MakimaError } from '../../errors.ts';
import { codeOf } from '../../files/failure.ts';
import { writeFailure } from '../write-failure.ts';

/** The ids that one life of the daemon gave out, as it may be asked for them later. */
export interface Counting {
  readonly name: string;
  /** The highest id that a reader can have had of it; while it lives, what that is at least. */
  readonly through: number;
  /** It was not ended in order, or goes on still: more may have been given out than `through` says. */
  readonly isOpen: boolean;
}

/** What is known of ids: a line with the highest that is reserved, then one for each counting, `<name> <through>`, with a + where it is open. */
export interface IdFile {
  readonly reserved: number;
  /** The oldest first. */
  readonly countings: readonly Counting[];
}

const shape = /^(\d{1,16})\n((?:[0-9a-z]{1,32} \d{1,16}\+?\n)*)$/;

const readCounting = (line: string): Counting => {
  const [name = '', through = ''] = line.split(' ');
  return { name, through: Number.parseInt(through, 10), isOpen: through.endsWith('+') };
};

/** @returns null where there is none, or what there is was damaged; with when it was written, in milliseconds as files have it */
export const readIdFile = (path: string): (IdFile & { writtenAt: number }) | null => {
  try {
    const match = shape.exec(readFileSync(path, 'latin1'));
    if (match === null) return null;
    const lines = (match[2] ?? '').split('\n').slice(0, -1);
    return { reserved: Number(match[1]), countings: lines.map(readCounting), writtenAt: statSync(path).mtimeMs };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
};

const textOf = ({ reserved, countings }: IdFile): string =>
  `${reserved}\n${countings.map(({ name, through, isOpen }) => `${name} ${through}${isOpen ? '+' : ''}\n`).join('')}`;

/** Stores it so that a crash at any point leaves the one before or this one. @throws MakimaError DISK_FULL */
export const writeIdFile = (path: string, content: IdFile): void => {
  const temporary = `${path}.new`;
  try {
    const fd = openSync(temporary, 'w', 0o600);
    try {
      const bytes = Buffer.from(textOf(content));
      if (writeSync(fd, bytes) !== bytes.length) throw new MakimaError('DISK_FULL', `${temporary} could not be written in whole`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    const directory = openSync(dirname(path), 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  } catch (error) {
    rmSync(temporary, { force: true });
    throw writeFailure(error, path);
  }
};
