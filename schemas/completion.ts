import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum, noNul } from './common.ts';

export const RunCompletion = Type.Object(
  {
    action: Type.Optional(StringEnum(['branch', 'merge', 'pr'] as const, { description: 'What to do' })),
    targetRepoPath: Type.Optional(
      Type.String({ minLength: 1, maxLength: 4096, pattern: noNul, description: 'A repository on this machine; ~ is the home' }),
    ),
    targetBranch: Type.Optional(Type.String({ minLength: 1, maxLength: 250, pattern: noNul, description: 'The branch to merge into' })),
    force: Type.Optional(Type.Boolean({ description: 'Brings out files with conflict markers too, where they are meant' })),
  },
  { $id: 'RunCompletion', additionalProperties: false, description: "What is left out is the task's own" },
);
export type RunCompletion = Static<typeof RunCompletion>;

export const CompletionResult = Type.Object(
  {
    success: Type.Boolean({ description: 'true; a failure is an error' }),
    message: Type.String({ description: 'What was done' }),
    prUrl: Nullable(Type.String({ description: 'The address of the pull request' })),
    commitSha: Nullable(Type.String({ description: 'The commit that the branch is at' })),
    branch: Nullable(Type.String({ description: "The branch with the task's work" })),
  },
  { $id: 'CompletionResult', description: 'What a completion action has done' },
);
export type CompletionResult = Static<typeof CompletionResult>;
