import type { ListedTask, Makima, TaskFilter } from '../typescript/index.ts';
import { Failure } from './failure.ts';
import { uuid } from './find-id.ts';
import { withinLine } from './output/plain.ts';
import { shortTime } from './output/times.ts';

const startOfId = /^[0-9a-f]{4}[0-9a-f-]*$/i;
/** The largest page that there is. */
const limit = 1000;
/** More make an answer that nobody reads. */
const maxNamed = 10;

/** Every task that fits, newest first, without its plan. */
export const eachTask = (makima: Makima, filter: TaskFilter = {}): AsyncGenerator<ListedTask> =>
  makima.tasks({ ...filter, view: 'summary', limit });

/** A task in a line of a message. */
const line = ({ id, status, name, createdAt }: ListedTask): string =>
  `  ${id}  ${status}, made ${shortTime(Date.now() - Date.parse(createdAt))} ago  ${withinLine(name)}`;

/**
 * The id of the one task that somebody names by its id, by a start of it, or by its name.
 * @throws Failure TASK_NOT_FOUND, or TASK_AMBIGUOUS with those that it could be
 */
export const findTask = async (makima: Makima, named: string): Promise<string> => {
  if (uuid.test(named)) return named.toLowerCase();
  const start = startOfId.test(named) ? named.toLowerCase() : null;
  const found: ListedTask[] = [];
  for await (const task of eachTask(makima)) if (task.name === named || (start !== null && task.id.startsWith(start))) found.push(task);
  const [first, ...others] = found;
  if (first === undefined)
    throw new Failure(
      `There is no task whose name is ${JSON.stringify(named)} or whose id begins so. \`makima ls --all\` lists the tasks.`,
      { code: 'TASK_NOT_FOUND' },
    );
  if (others.length === 0) return first.id;
  const more = found.length > maxNamed ? `\n  and ${found.length - maxNamed} more` : '';
  throw new Failure(
    `${JSON.stringify(named)} could be ${found.length} tasks. Name it by more of its id:\n${found.slice(0, maxNamed).map(line).join('\n')}${more}`,
    { code: 'TASK_AMBIGUOUS' },
  );
};

/** The same for several, each once and in the order in which they were named. */
export const findTasks = async (makima: Makima, named: readonly string[]): Promise<string[]> => {
  const ids: string[] = [];
  for (const each of named) ids.push(await findTask(makima, each));
  return [...new Set(ids)];
};
