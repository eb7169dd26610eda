import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum } from './common.ts';

export const WorktreeInfo = Type.Object(
  { path: Type.String(), branch: Nullable(Type.String()), baseCommit: Nullable(Type.String()), exists: Type.Boolean() },
  { $id: 'Worktree' },
);
export type WorktreeInfo = Static<typeof WorktreeInfo>;

export const FileChange = Type.Object(
  {
    path: Type.String(),
    status: StringEnum(['added', 'modified', 'deleted', 'renamed', 'type-changed'] as const),
    oldPath: Type.Optional(Type.String({ description: 'Of a renamed file' })),
    additions: Nullable(Type.Integer({ description: 'null for a binary file' })),
    deletions: Nullable(Type.Integer({ description: 'null for a binary file' })),
  },
  { $id: 'FileChange' },
);
export type FileChange = Static<typeof FileChange>;

export const CloneResult = Type.Object(
  { success: Type.Boolean(), message: Type.String(), targetDir: Type.String() },
  { $id: 'CloneResult' },
);
export type CloneResult = Static<typeof CloneResult>;

export const TargetExists = Type.Object({ exists: Type.Boolean(), targetDir: Type.String() }, { $id: 'TargetExists' });
export type TargetExists = Static<typeof TargetExists>;
