import type { Approval, ApprovalStatus } from '../../../schemas/approval.ts';
import { MakimaError } from '../../errors.ts';
import { approvalLines } from '../../http/answers/approval-lines.ts';
import { cut, cutLines, maxField } from '../answers/bounds.ts';
import { adds, reads, tool, type Tool, type ToolCall } from '../tool.ts';

const mostApprovals = 20;
const pending: readonly ApprovalStatus[] = ['pending'];
/** Of the store's, among which the one is that is decided. */
const mostPending = 1000;

/** What is asked, with no part of it longer than an agent reads. */
const shownApproval = ({ id, taskId, kind, tool: name, input, questions, suggestions, status, message, answers, createdAt }: Approval) => {
  const text = JSON.stringify(input);
  return {
    ...{ id, taskId, kind, tool: name, status, questions, suggestions, answers, createdAt },
    message: message === null ? null : cut(message, maxField),
    input: text.length > maxField ? cut(text, maxField) : input,
  };
};

/** Whose approval it is: those that wait are few. */
const taskOfApproval = async ({ actions, caller }: ToolCall, approvalId: string): Promise<string> => {
  const waiting = await actions.listApprovals(caller, { statuses: pending, limit: mostPending });
  const found = waiting.find(({ id }) => id === approvalId.toLowerCase());
  if (found) return found.taskId;
  throw new MakimaError('APPROVAL_DECIDED', `No approval ${approvalId} waits: it is decided, or its agent waits no more`);
};

/** What is said to agents, and what they ask. */
export const speakingTools: readonly Tool[] = [
  tool(
    'send_message',
    {
      title: 'Tell an agent something',
      description:
        'A further message to the agent of a task, at the next moment that fits. resume: true: also to one that has ended, which goes on for it with its session.',
      hints: adds,
    },
    async ({ actions, caller }, { taskId, message, resume }) => {
      const options = resume === undefined ? [] : [{ resume }];
      const { id, delivered } = await actions.sendMessage(caller, taskId, message, ...options);
      const note = delivered ? 'Delivered.' : 'Kept: its agent gets it at the next moment that fits. Do not send it again.';
      return { text: `${note}\n`, data: { id, delivered, note } };
    },
  ),
  tool(
    'list_approvals',
    {
      title: 'List what agents ask',
      description: 'What agents ask and wait for: whether they may use a tool, or a question. The newest first.',
      hints: reads,
    },
    async ({ actions, caller }, { taskId, status = pending }) => {
      const wanted = { statuses: status, limit: mostApprovals };
      const found = await (taskId === undefined
        ? actions.listApprovals(caller, wanted)
        : actions.listTaskApprovals(caller, taskId, wanted));
      const text = found.length === 0 ? 'Nothing is asked.\n' : cutLines(approvalLines(found), 'with a taskId there are fewer');
      return { text, data: { approvals: found.map(shownApproval) } };
    },
  ),
  tool(
    'decide_approval',
    {
      title: 'Answer what an agent asks',
      description: 'Allow or deny the use of a tool, or answer a question: decision allow with answers, or with the answer as message.',
      hints: adds,
    },
    async (call, { approvalId, ...decision }) => {
      const decided = await call.actions.decideApproval(call.caller, await taskOfApproval(call, approvalId), approvalId, decision);
      return { text: approvalLines([decided]), data: { approval: shownApproval(decided) } };
    },
  ),
];
