import { CompletionResult, RunCompletion } from '../schemas/completion.ts';
import { ref } from '../schemas/common.ts';
import { TaskParams } from '../schemas/requests.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { sendJsonOrText } from '../src/http/answers/negotiate.ts';
import { answer } from '../src/http/answers/shapes.ts';

/** Bringing a task's work into a user's repository. */
export const completionRoutes: ResourceRoutes = (api, { actions }) => {
  api.post(
    '/tasks/:taskId/completion',
    {
      config: {
        long: true,
        credentials: 'owner',
        errors: [
          'TASK_NOT_FOUND',
          'WORKTREE_NOT_FOUND',
          'INVALID_REPOSITORY',
          'INVALID_REF',
          'NO_COMPLETION_TARGET',
          'SUBTASK_COMPLETION_ACTION',
          'TASK_ACTIVE',
          'COMPLETION_RUNNING',
          'COMPLETION_FAILED',
          'WORK_UNFINISHED',
          'COMPLETION_CONFLICT',
          'CHECKOUT_NOT_CLEAN',
          'CHECKOUT_BUSY',
          'BRANCH_TAKEN',
          'BRANCH_MOVED',
          'TARGET_BRANCH_NOT_FOUND',
          'NO_COMMIT_IDENTITY',
          'REMOTE_NOT_FOUND',
          'PUSH_REJECTED',
          'PULL_REQUEST_UNAVAILABLE',
          'PULL_REQUEST_FAILED',
          'MERGE_IN_PROGRESS',
          'REPOSITORY_BUSY',
        ],
      },
      schema: {
        operationId: 'runCompletion',
        summary: "Bring the task's work into a repository as a branch, a merge or a pull request; safe to repeat",
        tags: ['Completion'],
        params: TaskParams,
        body: ref(RunCompletion),
        response: { 200: answer('Done', ref(CompletionResult), 'branch, commit, the pull request and a message, with tabs between') },
      },
    },
    async (request, reply) => {
      const result = await actions.runCompletion(caller(request), request.params.taskId, request.body);
      return sendJsonOrText(
        request,
        reply,
        result,
        () => `${[result.branch, result.commitSha, result.prUrl, result.message].map((field) => field ?? '').join('\t')}\n`,
      );
    },
  );
};
