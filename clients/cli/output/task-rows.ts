import type { ListedTask } from '../../typescript/index.ts';
import { withinLine } from './plain.ts';
import type { Screen } from './screen.ts';
import { money } from './sizes.ts';
import { colourOf } from './states.ts';
import { table, type Column } from './table.ts';
import { shortTime } from './times.ts';
import { waitOf } from './waits.ts';

const columns: readonly Column[] = [
  { heading: 'ID' },
  { heading: 'STATE' },
  { heading: 'AGE', isNumber: true },
  { heading: 'AGENT', shrinksTo: 6 },
  { heading: 'COST', isNumber: true },
  { heading: 'NAME', shrinksTo: 12 },
  { heading: 'WAITS FOR', shrinksTo: 8 },
];
const [idColumn, stateColumn] = [0, 1];

/** A task at its place in the tree. */
interface Placed {
  task: ListedTask;
  /** What is drawn before its name. */
  branches: string;
}

/**
 * The tasks as the trees that they make: tops newest first, what is below each oldest first. One whose parent is not among them is a top,
 * beside its siblings.
 * @param tasks - newest first
 */
export const placed = (tasks: readonly ListedTask[]): Placed[] => {
  const ids = new Set(tasks.map(({ id }) => id));
  const below = new Map<string, ListedTask[]>();
  for (const task of tasks.toReversed())
    if (task.parentTaskId !== null) {
      const siblings = below.get(task.parentTaskId);
      if (siblings) siblings.push(task);
      else below.set(task.parentTaskId, [task]);
    }
  const rows: Placed[] = [];
  const add = (task: ListedTask, own: string, further: string): void => {
    rows.push({ task, branches: own });
    const children = below.get(task.id) ?? [];
    for (const [index, child] of children.entries()) {
      const isLast = index === children.length - 1;
      add(child, further + (isLast ? '└─ ' : '├─ '), further + (isLast ? '   ' : '│  '));
    }
  };
  const added = new Set<string>();
  for (const task of tasks) {
    const { parentTaskId } = task;
    if (parentTaskId === null) add(task, '', '');
    else if (!ids.has(parentTaskId) && !added.has(parentTaskId)) {
      added.add(parentTaskId);
      for (const sibling of below.get(parentTaskId) ?? []) add(sibling, '', '');
    }
  }
  return rows;
};

/** As much of the ids as tells each from the others, 8 characters or more. */
const shortIds = (tasks: readonly ListedTask[]): ((id: string) => string) => {
  for (let length = 8; length < 36; length += 4)
    if (new Set(tasks.map(({ id }) => id.slice(0, length))).size === tasks.length) return (id) => id.slice(0, length);
  return (id) => id;
};

/** The state, and what became of the completion action where that is not well. */
export const stateOf = ({ status, completion }: Pick<ListedTask, 'status' | 'completion'>): string =>
  completion === null || completion.status === 'succeeded' ? status : `${status}, ${completion.action} ${completion.status}`;

export const agentOf = ({ agent, model, effort }: Pick<ListedTask, 'agent' | 'model' | 'effort'>): string =>
  withinLine([agent, model, effort].filter((each) => each !== null).join('/'));

/** A list of tasks as a table. */
export const taskTable = (tasks: readonly ListedTask[], screen: Pick<Screen, 'width' | 'paint'>, now: number): string => {
  const rows = placed(tasks);
  const short = shortIds(tasks);
  const cells = rows.map(({ task, branches }) => [
    short(task.id),
    stateOf(task),
    shortTime(now - Date.parse(task.createdAt)),
    agentOf(task),
    money(task.usage?.costUsd),
    branches + withinLine(task.name),
    waitOf(task, now),
  ]);
  return table(columns, cells, {
    width: screen.width,
    paint: (cell, column, row) => {
      if (row === null) return screen.paint('bold', cell);
      const task = rows[row]?.task;
      if (column === stateColumn && task !== undefined) return screen.paint(colourOf(task.status), cell);
      return column === idColumn ? screen.paint('yellow', cell) : cell;
    },
  });
};
