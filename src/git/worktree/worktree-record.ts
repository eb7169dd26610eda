import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { MakimaError } from '../../errors.ts';
import type { Worktree } from './worktree.ts';

const NullableString = Type.Union([Type.String(), Type.Null()]);
/** How a worktree is stored; by makima 0.1 without what it borrows. */
export const WorktreeRecord = Type.Object({
  path: Type.String(),
  gitDir: Type.String(),
  adminDir: Type.String(),
  borrows: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
  branch: Type.String(),
  baseCommit: Type.String(),
  sourcePath: NullableString,
  origin: NullableString,
});

/**
 * A worktree as it was stored.
 * @throws MakimaError INTERNAL where the record is not one: it is not guessed where somebody's work is
 */
export const parseWorktree = (record: unknown): Worktree => {
  if (Value.Check(WorktreeRecord, record)) return { ...record, borrows: record.borrows ?? null };
  throw new MakimaError('INTERNAL', 'The stored record of a worktree cannot be read');
};
