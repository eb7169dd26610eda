import { Type } from '@sinclair/typebox';
import { Approval, DecideApproval } from '../schemas/approval.ts';
import { ref } from '../schemas/common.ts';
import { ApprovalParams, ApprovalsQuery, TaskParams } from '../schemas/requests.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { approvalLines } from '../src/http/answers/approval-lines.ts';
import { sendJsonOrText } from '../src/http/answers/negotiate.ts';
import { answer } from '../src/http/answers/shapes.ts';

const usualLimit = 100;
const lineOf = 'id, task, status, kind, tool and what it is about with tabs between';

/** What agents ask, and what they are answered. */
export const approvalRoutes: ResourceRoutes = (api, { actions }) => {
  api.get(
    '/approvals',
    {
      schema: {
        operationId: 'listApprovals',
        summary: 'What agents ask, of every task that the caller may see, the newest first',
        tags: ['Approvals'],
        querystring: ApprovalsQuery,
        response: { 200: answer('The approvals', Type.Array(ref(Approval)), `A line each: ${lineOf}`) },
      },
    },
    async (request, reply) => {
      const { status = null, limit = usualLimit } = request.query;
      const found = await actions.listApprovals(caller(request), { statuses: status, limit });
      return sendJsonOrText(request, reply, found, approvalLines);
    },
  );

  api.get(
    '/tasks/:taskId/approvals',
    {
      config: { errors: ['TASK_NOT_FOUND'] },
      schema: {
        operationId: 'listTaskApprovals',
        summary: 'What the agent of a task has asked, the newest first',
        tags: ['Approvals'],
        params: TaskParams,
        querystring: ApprovalsQuery,
        response: { 200: answer('The approvals', Type.Array(ref(Approval)), `A line each: ${lineOf}`) },
      },
    },
    async (request, reply) => {
      const { status = null, limit = usualLimit } = request.query;
      const found = await actions.listTaskApprovals(caller(request), request.params.taskId, { statuses: status, limit });
      return sendJsonOrText(request, reply, found, approvalLines);
    },
  );

  api.post(
    '/tasks/:taskId/approvals/:approvalId',
    {
      config: { errors: ['TASK_NOT_FOUND', 'APPROVAL_NOT_FOUND', 'APPROVAL_DECIDED'] },
      schema: {
        operationId: 'decideApproval',
        summary: 'Allow or deny what an agent asks, or answer its question',
        tags: ['Approvals'],
        params: ApprovalParams,
        body: ref(DecideApproval),
        response: { 200: answer('Decided', ref(Approval), lineOf) },
      },
    },
    async (request, reply) => {
      const { taskId, approvalId } = request.params;
      const decided = await actions.decideApproval(caller(request), taskId, approvalId, request.body);
      return sendJsonOrText(request, reply, decided, (approval) => approvalLines([approval]));
    },
  );
};
