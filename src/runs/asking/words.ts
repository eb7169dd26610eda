import type { EventPayload } from '../../../schemas/event.ts';
import type { ApprovalRecord } from '../../store/task-store.ts';
import { tellingOf } from '../../../words/activity.ts';
import { firstLine } from '../../../words/first-line.ts';

const maxTool = 60;
const maxWhat = 300;
const maxReason = 300;
/** Of an id, as much as a person types. */
const shortId = 8;

/** What is asked, in a line; null where nothing tells it. */
const whatOf = ({ kind, questions, input }: ApprovalRecord): string | null => {
  const text = kind === 'question' ? (questions ?? []).map(({ question }) => question).join(' · ') : tellingOf(input);
  return text === null || text === '' ? null : firstLine(text, maxWhat);
};

const named = (approval: ApprovalRecord): string => {
  const what = whatOf(approval);
  const tool = firstLine(approval.tool, maxTool);
  return approval.kind === 'question' ? (what ?? tool) : `${tool}${what === null ? '' : `: ${what}`}`;
};

/** What an approval asks, in a line, for whoever may decide it. */
export const whatIsAsked = (approval: ApprovalRecord): string =>
  approval.kind === 'question' ? `asks: ${named(approval)}${optionsOf(approval)}` : `asks whether it may use ${named(approval)}`;

const optionsOf = ({ questions }: ApprovalRecord): string => {
  const labels = questions?.length === 1 ? (questions[0]?.options ?? []).map(({ label }) => label) : [];
  return labels.length === 0 ? '' : ` (${firstLine(labels.join(', '), maxWhat)})`;
};

const by = ({ decidedBy }: ApprovalRecord): string => {
  switch (decidedBy) {
    case 'owner':
      return ' by the owner';
    case 'orchestrator':
      return ' by its orchestrator';
    case 'remembered':
      return ' as was decided before';
    default:
      return '';
  }
};

const sentence = (approval: ApprovalRecord): string => {
  const { id, kind, status, message, answers } = approval;
  const start = id.slice(0, shortId);
  const why = message === null ? '' : ` (${firstLine(message, maxReason)})`;
  switch (status) {
    case 'pending':
      return kind === 'question'
        ? `The agent asks: ${named(approval)}${optionsOf(approval)}. \`makima allow ${start} "ANSWER"\` answers it`
        : `The agent asks whether it may use ${named(approval)}. \`makima allow ${start}\` lets it, \`makima deny ${start} "WHY"\` does not`;
    case 'allowed':
      return answers === null
        ? `Allowed${by(approval)}: ${named(approval)}`
        : `Answered${by(approval)}: ${firstLine(Object.values(answers).join(' · '), maxWhat)}`;
    case 'denied':
      return `Denied${by(approval)}: ${named(approval)}${why}`;
    case 'expired':
      return `Nobody has answered in time, and the agent was told no: ${named(approval)}`;
    case 'withdrawn':
      return `The agent waits no more for an answer to: ${named(approval)}`;
  }
};

/** What is told of an approval as it now stands: an event, and a line of the task's output. */
export const eventsOf = (approval: ApprovalRecord): EventPayload[] => {
  const { id, kind, tool, status, decidedBy } = approval;
  return [
    { type: 'approval', approvalId: id, kind, tool, what: whatOf(approval), status, decidedBy },
    { type: 'output', stream: 'system', content: sentence(approval), ...(status === 'pending' && { level: 'warning' as const }) },
  ];
};
