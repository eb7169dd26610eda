import type { Approval, DecideApproval } from '../../../../schemas/approval.ts';
import { approvalLines } from '../../answers/approval-lines.ts';
import { jsonAndText, type OperationTexts } from './operation.ts';
import { at, taskId } from './samples.ts';

const asked: Approval = {
  id: '5d1f0c3a-8e27-4b69-a4d0-7c6e5f4a3b2c',
  taskId,
  kind: 'tool',
  tool: 'Bash',
  input: { command: 'git add hello.html', description: 'Stage the page' },
  questions: null,
  suggestions: [{ tool: 'Bash', rule: 'git add *' }],
  status: 'pending',
  message: null,
  answers: null,
  updatedInput: null,
  remember: null,
  createdAt: at.started,
  decidedAt: null,
  decidedBy: null,
};
const question: Approval = {
  ...asked,
  id: '9b8a7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d',
  kind: 'question',
  tool: 'AskUserQuestion',
  input: {},
  questions: [
    {
      question: 'Which colour shall the page have?',
      header: 'Colour',
      options: [
        { label: 'Red', description: 'Like a fire' },
        { label: 'Blue', description: null },
      ],
      multiSelect: false,
    },
  ],
  suggestions: [],
};
const decided: Approval = { ...asked, status: 'allowed', remember: 'task', decidedAt: at.ended, decidedBy: 'owner' };
const all = [question, asked];

const decide = {
  allow: { summary: 'Let it, this once', value: { decision: 'allow' } },
  remember: { summary: 'Let the task do such things without asking', value: { decision: 'allow', remember: 'task' } },
  change: { summary: 'Let it do another thing', value: { decision: 'allow', updatedInput: { command: 'git add -N hello.html' } } },
  deny: { summary: 'No, and what to do in its place', value: { decision: 'deny', message: 'Commit nothing: I look at it first.' } },
  answer: { summary: 'The answer to a question', value: { decision: 'allow', answers: { 'Which colour shall the page have?': 'Blue' } } },
} satisfies Record<string, { summary: string; value: DecideApproval }>;

/** What agents ask, and what they are answered. */
export const approvalTexts: OperationTexts = {
  listApprovals: {
    description:
      'With `status=pending` what waits for an answer. A tool key sees those of its own task and of the tasks below it. What is decided is kept with its task, the last 200 of each.',
    answers: { 200: jsonAndText(all, approvalLines(all)) },
  },
  listTaskApprovals: {
    description: 'What is decided is there with how it was; the last 200 of it are kept.',
    answers: { 200: jsonAndText(all, approvalLines(all)) },
  },
  decideApproval: {
    description:
      'It is answered when the decision is stored. The agent has it once, also over a restart of the daemon, and as soon as its task has a slot again. A tool key decides for the tasks below its own. `remember` decides what `suggestions` names in the same way from now on, of this task or of its whole tree, without asking anybody. 409 `APPROVAL_DECIDED`: somebody was quicker, or the agent waits no more.',
    requests: decide,
    answers: { 200: jsonAndText(decided, approvalLines([decided])) },
  },
};
