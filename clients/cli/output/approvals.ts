import { tellingOf } from '../../../words/activity.ts';
import type { Approval } from '../../typescript/index.ts';
import { withinLine } from './plain.ts';
import type { Screen } from './screen.ts';
import { table, type Column } from './table.ts';
import { shortTime } from './times.ts';

const columns: readonly Column[] = [
  { heading: 'ID' },
  { heading: 'TASK' },
  { heading: 'STATE' },
  { heading: 'AGE', isNumber: true },
  { heading: 'ASKS', shrinksTo: 20 },
  { heading: 'REMEMBERS', shrinksTo: 9 },
];

/** What an agent asks, a line a question. */
export const askedLines = ({ tool, input, questions }: Approval): string[] =>
  questions === null
    ? [`${tool}: ${tellingOf(input) ?? JSON.stringify(input)}`]
    : questions.map(
        ({ question, options }) => `${question}${options.length === 0 ? '' : ` (${options.map(({ label }) => label).join(', ')})`}`,
      );

/** What remember would decide with it. */
const remembersOf = ({ suggestions }: Approval): string =>
  suggestions.map(({ tool, rule }) => (rule === null ? '' : `${tool}(${rule})`)).join(' ');

/** Approvals as a table, the newest first. */
export const approvalTable = (approvals: readonly Approval[], { width }: Pick<Screen, 'width'>, now: number): string =>
  table(
    columns,
    approvals.map((approval) => [
      approval.id.slice(0, 8),
      approval.taskId.slice(0, 8),
      approval.status,
      shortTime(now - Date.parse(approval.createdAt)),
      withinLine(askedLines(approval).join(' · ')),
      withinLine(remembersOf(approval)),
    ]),
    { width },
  );
