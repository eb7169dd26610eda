import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum } from './common.ts';

export const WorktreeInfo = Type.Object(
  {
    path: Type.String({ description: 'Its absolute path' }),
    branch: Nullable(Type.String({ description: 'Its branch' })),
    baseCommit: Nullable(Type.String({ description: 'The commit that the work began at' })),
    exists: Type.Boolean({ description: 'Whether the directory is there' }),
    awaySince: Nullable(
      Type.String({
        format: 'date-time',
        description:
          'When its files were put away, what git does not ignore of them kept; null where they were not. A start or a restore brings them back',
      }),
    ),
  },
  { $id: 'Worktree', description: 'Where a task works' },
);
export type WorktreeInfo = Static<typeof WorktreeInfo>;

export const RemovedWorktree = Type.Object(
  { path: Type.String({ description: 'Where it was' }), bytes: Type.Integer({ description: 'What it took on the disk, about' }) },
  { $id: 'RemovedWorktree', description: 'A worktree whose files are put away' },
);
export type RemovedWorktree = Static<typeof RemovedWorktree>;

export const FileChange = Type.Object(
  {
    path: Type.String({ description: 'In the worktree' }),
    status: StringEnum(['added', 'modified', 'deleted', 'renamed', 'type-changed'] as const, { description: 'What was done to it' }),
    oldPath: Type.Optional(Type.String({ description: 'Of a renamed file' })),
    additions: Nullable(Type.Integer({ description: 'null for a binary file' })),
    deletions: Nullable(Type.Integer({ description: 'null for a binary file' })),
  },
  { $id: 'FileChange', description: 'A file that a task has changed' },
);
export type FileChange = Static<typeof FileChange>;

export const CloneResult = Type.Object(
  {
    success: Type.Boolean({ description: 'true; a failure is an error' }),
    message: Type.String({ description: 'What was done' }),
    targetDir: Type.String({ description: 'The absolute path of the copy' }),
  },
  { $id: 'CloneResult', description: 'A copy of a worktree' },
);
export type CloneResult = Static<typeof CloneResult>;

export const TargetExists = Type.Object(
  {
    exists: Type.Boolean({ description: 'Whether something is there' }),
    targetDir: Type.String({ description: 'The absolute path that was looked at' }),
  },
  { $id: 'TargetExists', description: 'Whether something is at a path' },
);
export type TargetExists = Static<typeof TargetExists>;
