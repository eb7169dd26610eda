import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../../../files/failure.ts';
import { namesIn } from '../../../files/look.ts';
import { putAside, trashOf } from '../trash.ts';
import type { Worktree } from '../worktree.ts';

/** Where a worktree is while nobody can come to it any more, and it is not yet on record that it is away. */
const leavingOf = (worktrees: string): string => path.join(worktrees, '.leaving');

/** A worktree whose directory is out of everybody's way. */
export interface Aside {
  /** Where its files are. */
  path: string;
  /** Puts it where it was. @throws Error where something else stands there */
  back(): void;
  /** It is on record that it is away: its files go. */
  drop(): Promise<void>;
}

/**
 * Takes a worktree's directory out of everybody's way, by one rename. Nothing is deleted until it is dropped, and what a crash leaves is
 * settled by `settleAside`.
 * @param worktrees - the directory of all worktrees
 */
export const stepAside = ({ path: directory }: Pick<Worktree, 'path'>, worktrees: string): Aside => {
  const leaving = leavingOf(worktrees);
  const aside = path.join(leaving, path.basename(directory));
  mkdirSync(leaving, { recursive: true, mode: 0o700 });
  renameSync(directory, aside);
  return { path: aside, back: () => renameSync(aside, directory), drop: () => putAside(aside, trashOf(worktrees)) };
};

/**
 * Settles what a dead daemon left between the two: one that is on record to be away goes, any other is put back.
 * @param isAway - asked with a worktree's path
 * @returns those that stay aside, since something else stands in their place
 */
export const settleAside = async (worktrees: string, isAway: (worktree: string) => Promise<boolean>): Promise<string[]> => {
  const leaving = leavingOf(worktrees);
  const left: string[] = [];
  for (const name of await namesIn(leaving)) {
    const aside = path.join(leaving, name);
    const place = path.join(worktrees, name);
    if (await isAway(place)) await putAside(aside, trashOf(worktrees));
    else if (existsSync(place)) left.push(aside);
    else
      await rename(aside, place).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      });
  }
  return left;
};
