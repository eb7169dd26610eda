import { ref } from '../schemas/common.ts';
import { TaskParams } from '../schemas/requests.ts';
import { UsageReport } from '../schemas/usage.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { sendJsonOrText } from '../src/http/answers/negotiate.ts';
import { answer } from '../src/http/answers/shapes.ts';
import { usageLines } from '../src/http/answers/usage-lines.ts';

/** What tasks use. */
export const usageRoutes: ResourceRoutes = (api, { actions }) => {
  api.get(
    '/tasks/:taskId/usage',
    {
      config: { errors: ['TASK_NOT_FOUND'] },
      schema: {
        operationId: 'getUsage',
        summary: 'Read what a task and its tree have used, and what is left of their budgets',
        tags: ['Tasks'],
        params: TaskParams,
        response: { 200: answer('What was used', ref(UsageReport), 'A line each for the task, its tree, its runs and its budgets') },
      },
    },
    async (request, reply) => {
      const report = await actions.getUsage(caller(request), request.params.taskId);
      return sendJsonOrText(request, reply, report, usageLines);
    },
  );
};
