import type { Task } from '../../../schemas/task.ts';
import type { WaitingMessage } from '../../../schemas/message.ts';
import type { TaskTree } from '../../tasks/actions.ts';

const lineBreakers = /[\p{Cc}\u2028\u2029]/gu;
const controlsButLineFeed = /(?!\n)[\p{Cc}\u2028\u2029]/gu;

/** Text within a line: whatever would end the line or begin a field is a space. */
export const withinLine = (text: string): string => text.replace(lineBreakers, ' ');

/** A task for a shell: `id`, `status` and `name` with tabs between, one line whatever stands in the name. */
export const taskLine = (task: Task): string => `${task.id}\t${task.status}\t${withinLine(task.name)}\n`;

export const taskLines = (tasks: readonly Task[]): string => tasks.map(taskLine).join('');

/** The tree, one line a task, indented in the name so that the id is the first field of every line. */
export const treeLines = (tree: TaskTree, depth = 0): string =>
  `${tree.id}\t${tree.status}\t${'  '.repeat(depth)}${withinLine(tree.name)}\n${tree.subtasks.map((task) => treeLines(task, depth + 1)).join('')}`;

const detail = (key: string, value: string | null): string =>
  value === null ? '' : `${key}: ${value.replace(controlsButLineFeed, ' ').replaceAll('\n', '\n  ')}\n`;

const completionDetail = ({ completion }: Task): string =>
  detail(
    'completion',
    completion && [`${completion.action} ${completion.status}`, ...(completion.message === null ? [] : [completion.message])].join(': '),
  );

/** The line of a task, and what became of its completion action where it has run one. */
export const waitedLines = (task: Task): string => taskLine(task) + completionDetail(task);

/** What it waits for, by its kind, and what is known of it. */
const waitDetail = ({ waitsFor }: Task): string => {
  if (!waitsFor) return '';
  const { kind, position, taskIds = [], approvalIds = [], until } = waitsFor;
  const more = [...(position === undefined ? [] : [String(position)]), ...taskIds, ...approvalIds, ...(until == null ? [] : [until])];
  return detail('waits for', [kind, ...more].join(' '));
};

/** The line of a task and what a script asks of it next, a key always being at the start of a line. */
export const taskDetails = (task: Task): string =>
  [
    taskLine(task),
    waitDetail(task),
    detail('summary', task.progressSummary),
    detail('error', task.errorMessage),
    ...task.warnings.map(({ code, message }) => detail('warning', `${code}: ${message}`)),
    completionDetail(task),
    detail('branch', task.branch),
    detail('worktree', task.overlayPath),
    detail('cost', task.usage === null ? null : `$${task.usage.costUsd.toFixed(4)}`),
  ].join('');

/** What an agent does not have yet, one line each: `id`, `state`, `kind` and the beginning of what it says. */
export const messageLines = (messages: readonly WaitingMessage[]): string =>
  messages
    .map(({ id, state, kind, message }) => `${id}\t${state}\t${kind}\t${withinLine(message.slice(0, 200).toWellFormed())}\n`)
    .join('');

export const deliveredLine = (answer: { delivered: boolean }): string => (answer.delivered ? 'delivered\n' : 'not delivered\n');
