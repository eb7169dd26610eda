import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum, Timestamp, Uuid, noNul, notBlank, ref } from './common.ts';

export const conflictKinds = [
  'both-modified',
  'both-added',
  'deleted-by-us',
  'deleted-by-them',
  'rename-rename',
  'rename-delete',
  'mode',
  'symlink',
  'binary',
  'submodule',
  'directory-file',
  'other',
] as const;
export const ConflictKind = StringEnum(conflictKinds, {
  description: 'What the two sides did to the file; us is the task, them the subtask',
});
export type ConflictKind = Static<typeof ConflictKind>;

export const MergeConflict = Type.Object(
  {
    file: Type.String({ description: 'Its path in the worktree; a name that is not UTF-8 in quotes, as git shows it' }),
    kind: ConflictKind,
  },
  { $id: 'MergeConflict' },
);
export type MergeConflict = Static<typeof MergeConflict>;
const Conflicts = Type.Array(ref(MergeConflict));

export const SubtaskBranch = Type.Object(
  {
    name: Type.String({ description: 'Of the branch' }),
    taskId: Uuid,
    taskName: Type.String(),
    isMerged: Type.Boolean({ description: "Whether all that the subtask's worktree holds is in the task's" }),
    isSkipped: Type.Boolean(),
    ahead: Type.Integer({ description: "Commits of the branch that the task's branch has not; uncommitted work is not counted" }),
    lastCommit: Nullable(Type.String()),
    lastCommitMessage: Nullable(Type.String()),
  },
  { $id: 'SubtaskBranch' },
);
export type SubtaskBranch = Static<typeof SubtaskBranch>;

export const MergePreview = Type.Object(
  {
    clean: Type.Boolean(),
    conflicts: Conflicts,
    files: Type.Array(Type.String(), { description: 'The files that the merge would change' }),
  },
  { $id: 'MergePreview' },
);
export type MergePreview = Static<typeof MergePreview>;

export const MergeOutlook = Type.Object(
  {
    subtasks: Type.Array(
      Type.Object({
        taskId: Uuid,
        taskName: Type.String(),
        branch: Type.String(),
        ...MergePreview.properties,
        conflictsWith: Type.Array(Uuid, { description: 'Other subtasks that it would conflict with' }),
      }),
      { description: 'Every subtask that is not integrated, but those that a later one of their continuation chain contains' },
    ),
    order: Type.Array(Uuid, { description: 'An order that merges as many as possible cleanly: those come first' }),
    cleanCount: Type.Integer({ description: 'How many, from the start of the order on, merge cleanly one after the other' }),
    complete: Type.Boolean({
      description: 'false: there are too many subtasks to hold each against each; conflictsWith is known of the first ones only',
    }),
  },
  { $id: 'MergeOutlook' },
);
export type MergeOutlook = Static<typeof MergeOutlook>;

export const MergeResult = Type.Object(
  { success: Type.Boolean(), commitSha: Type.String(), message: Type.String() },
  { $id: 'MergeResult' },
);
export type MergeResult = Static<typeof MergeResult>;

export const MergeStatus = Type.Object(
  {
    inProgress: Type.Boolean(),
    sourceBranch: Nullable(Type.String()),
    subtaskId: Nullable(Uuid),
    startedAt: Nullable(Timestamp),
    conflictedFiles: Type.Array(Type.String(), { description: 'Those with conflicts that are not resolved' }),
    conflicts: Conflicts,
  },
  { $id: 'MergeStatus' },
);
export type MergeStatus = Static<typeof MergeStatus>;

export const MergeCheck = Type.Object(
  {
    canComplete: Type.Boolean(),
    unmergedBranches: Type.Array(Type.String()),
    mergedCount: Type.Integer(),
    skippedCount: Type.Integer(),
    unmerged: Type.Array(Type.Object({ taskId: Uuid, taskName: Type.String(), branch: Type.String(), reason: Type.String() })),
  },
  { $id: 'MergeCheck' },
);
export type MergeCheck = Static<typeof MergeCheck>;

export const MergeDone = Type.Object({ success: Type.Boolean(), message: Type.String() }, { $id: 'MergeDone' });
export type MergeDone = Static<typeof MergeDone>;

const Message = Type.String({ minLength: 1, maxLength: 100_000, pattern: notBlank });

export const PreviewQuery = Type.Object({ subtaskId: Type.Optional(Uuid) }, { additionalProperties: false });

export const StartMerge = Type.Object(
  {
    sourceBranch: Type.Optional(Type.String({ minLength: 1, maxLength: 1000, pattern: noNul })),
    subtaskId: Type.Optional(Uuid),
    branch: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1000,
        pattern: noNul,
        description: "Another branch of the subtask's repository, in place of what its worktree holds",
      }),
    ),
    force: Type.Optional(Type.Boolean({ description: 'Takes files with conflict markers too, where they are meant' })),
  },
  { $id: 'StartMerge', additionalProperties: false, minProperties: 1, description: 'Of sourceBranch and subtaskId one is enough' },
);
export type StartMerge = Static<typeof StartMerge>;

export const ResolveConflict = Type.Object(
  {
    file: Type.String({ minLength: 1, maxLength: 10_000, pattern: noNul }),
    strategy: StringEnum(['ours', 'theirs', 'manual'] as const, {
      description: "ours: what the task has; theirs: what the subtask has; manual: the file as it now stands in the task's worktree",
    }),
  },
  { $id: 'ResolveConflict', additionalProperties: false },
);
export type ResolveConflict = Static<typeof ResolveConflict>;

export const CommitMerge = Type.Object({ message: Type.Optional(Message) }, { $id: 'CommitMerge', additionalProperties: false });
export type CommitMerge = Static<typeof CommitMerge>;

export const SkipSubtask = Type.Object(
  { subtaskId: Uuid, reason: Type.String({ minLength: 1, maxLength: 10_000, pattern: notBlank }) },
  { $id: 'SkipSubtask', additionalProperties: false },
);
export type SkipSubtask = Static<typeof SkipSubtask>;
