import type { ReviewTask } from '../../../../schemas/review.ts';
import { deliveredLine } from '../../answers/text-answers.ts';
import { jsonAndText, type OperationTexts } from './operation.ts';

const delivered = { id: '3d5f0a8e-6b1c-4f27-9d43-8e2a7c5b1f60', delivered: true };

const review = {
  remarks: {
    summary: 'Two remarks, one on a line that the task has removed',
    value: {
      comments: [
        { path: 'hello.html', line: 3, text: 'Say it in French as well.' },
        { path: 'index.html', line: 12, side: 'old', text: 'Keep this link.' },
      ],
      summary: 'Nearly there.',
    },
  },
} satisfies Record<string, { summary: string; value: ReviewTask }>;

/** What somebody has to say of a task's diff. */
export const reviewTexts: OperationTexts = {
  reviewTask: {
    description:
      'One message, in which each remark stands with the lines around the one that it is on: as the file is in the worktree now, or as it was at the base commit. Paths are those of the diff. A running agent gets it as any message; a task that has ended goes on for it, with the session of its agent, or from its plan where it has none.',
    requests: review,
    answers: { 202: jsonAndText(delivered, deliveredLine(delivered)) },
  },
};
