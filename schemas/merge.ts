import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum, Timestamp, Uuid, described, noNul, notBlank, ref } from './common.ts';

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
  { $id: 'MergeConflict', description: 'A file that two sides have changed' },
);
export type MergeConflict = Static<typeof MergeConflict>;
const Conflicts = (description: string) => Type.Array(ref(MergeConflict), { description });

export const SubtaskBranch = Type.Object(
  {
    name: Type.String({ description: 'Of the branch' }),
    taskId: described(Uuid, 'Of the subtask'),
    taskName: Type.String({ description: 'Its name' }),
    isMerged: Type.Boolean({ description: "Whether all that the subtask's worktree holds is in the task's" }),
    isSkipped: Type.Boolean({ description: 'Whether it is left out on purpose' }),
    ahead: Type.Integer({ description: "Commits of the branch that the task's branch has not; uncommitted work is not counted" }),
    lastCommit: Nullable(Type.String({ description: 'The commit that the branch is at' })),
    lastCommitMessage: Nullable(Type.String({ description: 'The first line of its message' })),
  },
  { $id: 'SubtaskBranch', description: 'The work of a subtask, and whether it is merged' },
);
export type SubtaskBranch = Static<typeof SubtaskBranch>;

export const MergePreview = Type.Object(
  {
    clean: Type.Boolean({ description: 'Whether there would be no conflict' }),
    conflicts: Conflicts('The files with one'),
    files: Type.Array(Type.String(), { description: 'The files that the merge would change' }),
  },
  { $id: 'MergePreview', description: 'What merging one subtask would come to' },
);
export type MergePreview = Static<typeof MergePreview>;

export const MergeOutlook = Type.Object(
  {
    subtasks: Type.Array(
      Type.Object({
        taskId: described(Uuid, 'Of the subtask'),
        taskName: Type.String({ description: 'Its name' }),
        branch: Type.String({ description: 'Its branch' }),
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
  { $id: 'MergeOutlook', description: 'What merging all that is left would come to' },
);
export type MergeOutlook = Static<typeof MergeOutlook>;

export const MergeResult = Type.Object(
  {
    success: Type.Boolean({ description: 'true; a failure is an error' }),
    commitSha: Type.String({ description: "The commit that the task's branch is at" }),
    message: Type.String({ description: 'What was done' }),
  },
  { $id: 'MergeResult', description: 'A merge that is through' },
);
export type MergeResult = Static<typeof MergeResult>;

export const MergeStatus = Type.Object(
  {
    inProgress: Type.Boolean({ description: 'Whether one is under way' }),
    sourceBranch: Nullable(Type.String({ description: 'The branch that is merged' })),
    subtaskId: Nullable(described(Uuid, 'The subtask that it is of')),
    startedAt: Nullable(described(Timestamp, 'When it began')),
    conflictedFiles: Type.Array(Type.String(), { description: 'Those with conflicts that are not resolved' }),
    conflicts: Conflicts('The same, by kind'),
  },
  { $id: 'MergeStatus', description: 'The merge that is under way in a worktree' },
);
export type MergeStatus = Static<typeof MergeStatus>;

export const MergeCheck = Type.Object(
  {
    canComplete: Type.Boolean({ description: 'Whether nothing is left' }),
    unmergedBranches: Type.Array(Type.String(), { description: 'What is left, by branch' }),
    mergedCount: Type.Integer({ description: 'How many subtasks are merged or copied' }),
    skippedCount: Type.Integer({ description: 'How many are left out on purpose' }),
    unmerged: Type.Array(
      Type.Object({
        taskId: described(Uuid, 'Of the subtask'),
        taskName: Type.String({ description: 'Its name' }),
        branch: Type.String({ description: 'Its branch' }),
        reason: Type.String({ description: 'What of it is missing' }),
      }),
      { description: 'What is left, and why' },
    ),
  },
  { $id: 'MergeCheck', description: 'Whether a task could be finished' },
);
export type MergeCheck = Static<typeof MergeCheck>;

export const MergeDone = Type.Object(
  { success: Type.Boolean({ description: 'true; a failure is an error' }), message: Type.String({ description: 'What was done' }) },
  { $id: 'MergeDone', description: 'What was done' },
);
export type MergeDone = Static<typeof MergeDone>;

const Message = Type.String({ minLength: 1, maxLength: 100_000, pattern: notBlank, description: 'Of the commit' });

export const PreviewQuery = Type.Object(
  { subtaskId: Type.Optional(described(Uuid, 'The one that is meant; all that are left where left out')) },
  { additionalProperties: false },
);

export const StartMerge = Type.Object(
  {
    sourceBranch: Type.Optional(Type.String({ minLength: 1, maxLength: 1000, pattern: noNul, description: 'The branch of the subtask' })),
    subtaskId: Type.Optional(described(Uuid, 'The subtask')),
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
    file: Type.String({ minLength: 1, maxLength: 10_000, pattern: noNul, description: 'As conflicts name it' }),
    strategy: StringEnum(['ours', 'theirs', 'manual'] as const, {
      description: "ours: what the task has; theirs: what the subtask has; manual: the file as it now stands in the task's worktree",
    }),
  },
  { $id: 'ResolveConflict', additionalProperties: false, description: 'How a file is resolved' },
);
export type ResolveConflict = Static<typeof ResolveConflict>;

export const CommitMerge = Type.Object(
  { message: Type.Optional(Message) },
  { $id: 'CommitMerge', additionalProperties: false, description: 'How the merge is committed' },
);
export type CommitMerge = Static<typeof CommitMerge>;

export const SkipSubtask = Type.Object(
  {
    subtaskId: described(Uuid, 'The subtask'),
    reason: Type.String({ minLength: 1, maxLength: 10_000, pattern: notBlank, description: 'Why, for whoever looks at it later' }),
  },
  { $id: 'SkipSubtask', additionalProperties: false, description: 'A subtask that is left out, and why' },
);
export type SkipSubtask = Static<typeof SkipSubtask>;
