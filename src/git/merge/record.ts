import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { ConflictKind } from '../../../schemas/merge.ts';
import { MakimaError } from '../../errors.ts';
import type { Conflict } from './kind.ts';

const Stored = Type.String();

/** A merge that has begun, as a plain record that is stored and used again after a restart. Paths are bytes in base64. */
const MergeRecord = Type.Object({
  /** HEAD of the receiving worktree before, and the ref that it named; null where it was detached. */
  head: Stored,
  headRef: Type.Union([Stored, Type.Null()]),
  /** Everything that the worktree held before, as a commit on top of `head`; `head` itself where nothing was uncommitted. */
  before: Stored,
  /** What HEAD is while the merge is open: `head`, or `before` where uncommitted work takes part in the merge. */
  ours: Stored,
  /** Whether what is uncommitted, and staged, has nothing to do with the merge and stays as it is. */
  stays: Type.Boolean(),
  source: Stored,
  sourceTree: Stored,
  /** The source is a branch beside what the subtask's worktree holds. */
  beside: Type.Optional(Type.Boolean()),
  /** What the worktree holds after it, with conflict markers where there are conflicts. */
  result: Stored,
  /** The merge commit, made beforehand; null where there are conflicts. */
  commit: Type.Union([Stored, Type.Null()]),
  message: Stored,
  /** Whether there was an index file. */
  hadIndex: Type.Boolean(),
  /** The files that the merge changes as they were, to the byte: kept as `files/<position>` in the worktree's backup. */
  files: Type.Array(Type.Object({ path: Stored, link: Type.Boolean(), mode: Type.Integer(), mtimeMs: Type.Number() })),
  /** Directories into which the merge puts files: one that was empty is not to go with them. */
  directories: Type.Array(Stored),
  conflicts: Type.Array(
    Type.Object({
      path: Stored,
      kind: Type.Unsafe<ConflictKind>(Type.String()),
      stages: Type.Array(Type.Object({ stage: Type.Integer(), mode: Stored, id: Stored })),
    }),
  ),
});
export type MergeRecord = Static<typeof MergeRecord>;

/**
 * A merge as it was stored.
 * @throws MakimaError INTERNAL where the record is not one: it is not guessed where somebody's work is
 */
export const parseMergeRecord = (record: unknown): MergeRecord => {
  if (Value.Check(MergeRecord, record)) return record;
  throw new MakimaError('INTERNAL', 'The stored record of a merge cannot be read');
};

export const conflictsOf = (record: MergeRecord): Conflict[] =>
  record.conflicts.map(({ path, ...conflict }) => ({ ...conflict, path: Buffer.from(path, 'base64') }));
