import type { ListedTask, Task, UsageReport } from '../../typescript/index.ts';
import { plain, withinLine } from './plain.ts';
import type { Screen } from './screen.ts';
import { counted, money } from './sizes.ts';
import { colourOf, isEnded } from './states.ts';
import { agentOf, stateOf, taskTable } from './task-rows.ts';
import { shortTime } from './times.ts';
import { budgetWords } from './usage-lines.ts';
import { waitOf } from './waits.ts';

const planLines = 8;

const since = (from: string | null, to: number): number | null => (from === null ? null : to - Date.parse(from));

/** How long it has run, or ran, or how long ago it was made. */
const timing = (task: Task, now: number): string => {
  const ran = since(task.startedAt, task.completedAt === null ? now : Date.parse(task.completedAt));
  const ended = since(task.completedAt, now);
  if (ended !== null) return `${ran === null ? '' : ` after ${shortTime(ran)}`}, ${shortTime(ended)} ago`;
  return ran === null ? '' : ` for ${shortTime(ran)}`;
};

const usageOf = ({ usage }: Task): string => {
  if (usage === null) return '';
  const tokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return [money(usage.costUsd), counted(usage.turns, 'turn'), `${tokens} tokens in, ${usage.outputTokens} out`]
    .filter((each) => each !== '')
    .join(', ');
};

const completionOf = ({ completion }: Task): string =>
  completion === null
    ? ''
    : [`${completion.action} ${completion.status}`, completion.message, completion.prUrl].filter((each) => each !== null).join(': ');

/** Its branch, and where it was there before the task, what that was asked for as. */
const branchOf = ({ branch, continuesBranch }: Task): string | null => {
  if (branch === null || continuesBranch === null) return branch;
  return `${branch}, which was there${continuesBranch === branch ? '' : `: ${continuesBranch}`}`;
};

/** Text of several lines, of which those after the first stand below the first. */
const indented = (text: string, by: number): string =>
  plain(text)
    .trimEnd()
    .replaceAll('\n', `\n${' '.repeat(by)}`);

/**
 * What a person wants to know of a task, a line each; and what is below it.
 * @param budgets - that it is under, of which its own is shown
 * @param found - what the task itself does not say: lines about what it waits for, and what became of its worktree
 */
export const taskDetails = (
  task: Task,
  descendants: readonly ListedTask[],
  budgets: UsageReport['budgets'],
  found: { waits: readonly string[]; worktree: string | null },
  screen: Pick<Screen, 'width' | 'paint'>,
  now: number,
): string => {
  const fields: (readonly [string, string | null])[] = [
    ['Id', task.id],
    ['State', `${screen.paint(colourOf(task.status), stateOf(task))}${timing(task, now)}`],
    ['Waits for', isEnded(task.status) ? '' : [waitOf(task, now), ...found.waits].join('\n')],
    ['Agent', `${agentOf(task)}${task.isOrchestrator ? ', an orchestrator' : ''}`],
    ['Parent', task.parentTaskId],
    ['Repository', task.repositoryUrl],
    ['Base', task.baseBranch],
    ['Branch', branchOf(task)],
    ['Worktree', task.overlayPath ?? found.worktree],
    ['Continues', task.continueFromTaskId],
    [
      'Action',
      task.completionAction === 'none'
        ? ''
        : [task.completionAction, task.targetRepoPath, task.targetBranch].filter((each) => each !== null).join(' '),
    ],
    ['Completion', completionOf(task)],
    ['Used', usageOf(task)],
    ...budgets.filter(({ taskId }) => taskId === task.id).map((budget) => ['Budget', budgetWords(budget)] as const),
    ['Session', task.sessionId],
    ['Summary', task.progressSummary],
    ['Error', task.errorMessage === null ? null : screen.paint('red', plain(task.errorMessage).trimEnd())],
    ...task.warnings.map(({ code, message }) => ['Warning', `${code}: ${message}`] as const),
  ];
  const shown = fields.filter((field): field is [string, string] => field[1] !== null && field[1] !== '');
  const width = Math.max(...shown.map(([key]) => key.length)) + 2;
  const lines = shown.map(([key, value]) => {
    // Colours of ours stay; what stands between them is plain already.
    const text = key === 'State' || key === 'Error' ? value.replaceAll('\n', `\n${' '.repeat(width)}`) : indented(value, width);
    return `${`${key}:`.padEnd(width)}${text}\n`;
  });
  const plan = plain(task.plan).trimEnd().split('\n');
  const more = plan.length - planLines;
  const below = descendants.length === 0 ? '' : `\n${screen.paint('bold', 'Below it')}\n${taskTable(descendants, screen, now)}`;
  return [
    `${screen.paint('bold', withinLine(task.name))}\n`,
    ...lines,
    `\n${screen.paint('bold', 'Plan')}\n`,
    ...plan.slice(0, planLines).map((line) => `  ${line}\n`),
    ...(more > 0 ? [`  … ${counted(more, 'more line')}: --json has all\n`] : []),
    below,
  ].join('');
};
