import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum, noNul } from './common.ts';

export const RunCompletion = Type.Object(
  {
    action: Type.Optional(StringEnum(['branch', 'merge', 'pr'] as const)),
    targetRepoPath: Type.Optional(
      Type.String({ minLength: 1, maxLength: 4096, pattern: noNul, description: 'A repository on this machine; ~ is the home' }),
    ),
    targetBranch: Type.Optional(Type.String({ minLength: 1, maxLength: 250, pattern: noNul })),
    force: Type.Optional(Type.Boolean({ description: 'Brings out files with conflict markers too, where they are meant' })),
  },
  { $id: 'RunCompletion', additionalProperties: false, description: "What is left out is the task's own" },
);
export type RunCompletion = Static<typeof RunCompletion>;

export const CompletionResult = Type.Object(
  {
    success: Type.Boolean(),
    message: Type.String(),
    prUrl: Nullable(Type.String()),
    commitSha: Nullable(Type.String()),
    branch: Nullable(Type.String()),
  },
  { $id: 'CompletionResult' },
);
export type CompletionResult = Static<typeof CompletionResult>;
