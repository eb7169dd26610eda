import type { Approval } from '../../../schemas/approval.ts';
import { tellingOf } from '../../../words/activity.ts';
import { withinLine } from './text-answers.ts';

const questionOf = ({ question, options }: NonNullable<Approval['questions']>[number]): string =>
  `${question}${options.length === 0 ? '' : ` (${options.map(({ label }) => label).join(', ')})`}`;

const whatOf = ({ questions, input }: Approval): string =>
  questions === null ? (tellingOf(input) ?? JSON.stringify(input)) : questions.map(questionOf).join(' · ');

/** Approvals for a shell, one line each: `id`, `task`, `status`, `kind`, `tool` and what it is about, with tabs between. */
export const approvalLines = (approvals: readonly Approval[]): string =>
  approvals
    .map((approval) => {
      const { id, taskId, status, kind, tool } = approval;
      return `${id}\t${taskId}\t${status}\t${kind}\t${withinLine(tool)}\t${withinLine(whatOf(approval))}\n`;
    })
    .join('');
