import type { Task } from '../../../schemas/task.ts';
import { firstLine } from '../../../words/first-line.ts';
import { plainText } from '../../../words/plain-text.ts';

/** Subtasks of which one message says more than how many there are; what is said of each, in lines and in characters of a line. */
const maxNamed = 50;
const maxLines = 4;
const maxLineLength = 300;
const maxNameLength = 200;

/** What is told of a subtask. */
export type ToldSubtask = Pick<Task, 'id' | 'name' | 'status' | 'progressSummary' | 'errorMessage'>;

/** The first lines of what an agent, or its failure, says: indented, since these are another's words and not makima's. */
const quote = (text: string): string[] => {
  // The cut comes first: a summary may be long.
  const lines = plainText(text.slice(0, maxLines * maxLineLength * 4))
    .split('\n')
    .filter((line) => line.trim() !== '');
  const more = lines.length > maxLines ? ['    …'] : [];
  return [...lines.slice(0, maxLines).map((line) => `    ${firstLine(line, maxLineLength)}`), ...more];
};

const describe = ({ id, name, status, progressSummary, errorMessage }: ToldSubtask): string[] => {
  const words = errorMessage ?? progressSummary;
  return [`- ${id} ${status} ${firstLine(name, maxNameLength)}`, ...(words === null ? [] : quote(words))];
};

/** What the agent of a subtask asks, and waits for. */
export interface ToldRequest {
  approvalId: string;
  subtask: Pick<Task, 'id' | 'name'>;
  /** In a line. */
  what: string;
}

const describeRequest = ({ approvalId, subtask, what }: ToldRequest): string =>
  `- ${approvalId} of ${subtask.id} ${firstLine(subtask.name, maxNameLength)}: ${firstLine(what, maxLineLength)}`;

const script = '.makima/orchestrate.sh (or "$MAKIMA_ORCHESTRATE")';

const tellEnds = (ended: readonly ToldSubtask[], active: number): string[] => {
  const unnamed = ended.length - maxNamed;
  return [
    active === 0 ? 'Your subtasks have ended:' : `Your subtasks have ended: ${ended.length} by now, ${active} still active`,
    ...ended.slice(0, maxNamed).flatMap(describe),
    ...(unnamed > 0 ? [`- and ${unnamed} more, which list names`] : []),
    `Go on with ${script}: status ID, output ID and diff ID say what became of each. Bring in what is good with merge ID; start again, correct or skip what is not.`,
    active === 0
      ? 'When all is in, finish with done.'
      : 'End your turn when there is nothing to do until others end: you are told of each.',
  ];
};

const tellRequests = (asking: readonly ToldRequest[]): string[] => [
  'Your subtasks ask, and wait for an answer:',
  ...asking.slice(0, maxNamed).map(describeRequest),
  `Decide with ${script}: approvals shows all that is asked, allow APPROVAL ["ANSWER"] and deny APPROVAL ["REASON"] answer it.`,
];

/**
 * What an orchestrator's agent is told, as its user, of its subtasks: which have ended, how, what each says, what others ask, and what can be done.
 * @param of.active - how many it has that have not ended
 */
export const inboxMessage = (of: { ended: readonly ToldSubtask[]; asking: readonly ToldRequest[]; active: number }): string =>
  [
    ...(of.ended.length > 0 ? tellEnds(of.ended, of.active) : []),
    ...(of.ended.length > 0 && of.asking.length > 0 ? [''] : []),
    ...(of.asking.length > 0 ? tellRequests(of.asking) : []),
  ].join('\n');
