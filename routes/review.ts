import { Delivered } from '../schemas/answers.ts';
import { ref } from '../schemas/common.ts';
import { TaskParams } from '../schemas/requests.ts';
import { ReviewTask } from '../schemas/review.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { sendJsonOrText } from '../src/http/answers/negotiate.ts';
import { answer } from '../src/http/answers/shapes.ts';
import { deliveredLine } from '../src/http/answers/text-answers.ts';

/** What somebody has to say of a task's diff. */
export const reviewRoutes: ResourceRoutes = (api, { actions }) => {
  api.post(
    '/tasks/:taskId/review',
    {
      config: {
        errors: [
          'TASK_NOT_FOUND',
          'WORKTREE_NOT_FOUND',
          'COMMENT_MISPLACED',
          'TASK_NOT_RUNNING',
          'AGENT_INPUT_CLOSED',
          'TASK_ACTIVE',
          'BRANCH_IN_USE',
          'COMPLETION_RUNNING',
          'TOO_MANY_MESSAGES',
          'GIT_FAILED',
          'DISK_FULL',
        ],
      },
      schema: {
        operationId: 'reviewTask',
        summary: 'Send remarks on the diff of a task to its agent; a task that has ended goes on for it',
        tags: ['Control'],
        params: TaskParams,
        body: ref(ReviewTask),
        response: { 202: answer('Taken', ref(Delivered), '"delivered" or "not delivered"') },
      },
    },
    async (request, reply) => {
      const result = await actions.reviewTask(caller(request), request.params.taskId, request.body);
      return sendJsonOrText(request, reply.code(202), result, () => deliveredLine(result));
    },
  );
};
