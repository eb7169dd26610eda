import { Type, type Static } from '@sinclair/typebox';
import { StringEnum, noNul, notBlank } from './common.ts';

export const ReviewComment = Type.Object(
  {
    path: Type.String({
      minLength: 1,
      maxLength: 4096,
      pattern: noNul,
      description: 'Of the file, as the diff names it: relative to the worktree',
    }),
    line: Type.Integer({ minimum: 1, maximum: 100_000_000, description: 'The number of the line; 1 is the first' }),
    side: Type.Optional(
      StringEnum(['old', 'new'] as const, {
        description:
          'old: of the file at the base commit; new, or left out: as it is in the worktree now, of a file that was deleted as it was',
      }),
    ),
    text: Type.String({ minLength: 1, maxLength: 20_000, pattern: notBlank, description: 'What is to be said of it, in words' }),
  },
  { additionalProperties: false, description: 'A remark on a line' },
);

export const ReviewTask = Type.Object(
  {
    comments: Type.Array(ReviewComment, { maxItems: 200, description: 'In the order in which the agent is to read them' }),
    summary: Type.Optional(
      Type.String({ maxLength: 100_000, pattern: noNul, description: 'What is to be said of the whole; needed where there is no comment' }),
    ),
  },
  { $id: 'ReviewTask', additionalProperties: false, description: "Remarks on a task's diff" },
);
export type ReviewTask = Static<typeof ReviewTask>;
