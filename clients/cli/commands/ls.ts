import type { ListedTask, Makima, TaskFilter } from '../../typescript/index.ts';
import type { AddCommand } from '../cli.ts';
import { Failure } from '../failure.ts';
import { eachTask, findTask } from '../find-task.ts';
import { endedStates, isEnded, openStates } from '../output/states.ts';
import { taskTable } from '../output/task-rows.ts';
import { pairs } from '../read-options.ts';
import { watchTasks } from '../watch-tasks.ts';

interface Options {
  all?: boolean;
  quiet?: boolean;
  watch?: boolean;
  filter?: [key: string, value: string][];
}

/** Tasks that ended so long ago are shown only when all are asked for. */
const recentMs = 86_400_000;

const isStatus = (text: string): text is ListedTask['status'] => [...openStates, ...endedStates].some((status) => status === text);
const statusOf = (text: string): ListedTask['status'] => {
  if (isStatus(text)) return text;
  throw new Failure(`${JSON.stringify(text)} is no state of a task: it is one of ${[...openStates, ...endedStates].join(', ')}.`);
};

/** Whether a task is wanted: each key once or more, of which one value has to fit. */
type Fits = (task: ListedTask) => boolean;

/** @throws Failure where a value is none */
const readFilter = async (makima: Makima, given: readonly [string, string][]): Promise<Fits> => {
  const tests = new Map<string, Fits[]>();
  for (const [key, value] of given) {
    const tested = tests.get(key) ?? [];
    tests.set(key, tested);
    if (key === 'status') {
      const status = statusOf(value);
      tested.push((task) => task.status === status);
    } else if (key === 'parent') {
      const parent = value === 'none' ? null : await findTask(makima, value);
      tested.push((task) => task.parentTaskId === parent);
    } else if (key === 'agent') tested.push((task) => task.agent === value);
    else tested.push((task) => task.name.toLowerCase().includes(value.toLowerCase()));
  }
  return (task) => [...tests.values()].every((any) => any.some((fits) => fits(task)));
};

/** Those that have not ended, and those that ended of late; all where that is asked for, or where a filter names a state. */
const listed = async (makima: Makima, options: Options, fits: Fits): Promise<ListedTask[]> => {
  const tasks: ListedTask[] = [];
  const add = async (query: TaskFilter): Promise<void> => {
    for await (const task of eachTask(makima, query)) if (fits(task)) tasks.push(task);
  };
  const statuses = (options.filter ?? []).filter(([key]) => key === 'status').map(([, value]) => statusOf(value));
  if (statuses.length > 0) await add({ status: statuses });
  else if (options.all === true) await add({});
  else {
    await add({ status: [...openStates] });
    // One that ends in between is in neither list or in both.
    const since = Date.now() - recentMs;
    await add({ status: [...endedStates], updatedSince: new Date(since).toISOString() });
  }
  const unique = new Map(tasks.map((task) => [task.id, task]));
  return [...unique.values()].sort((one, other) => (one.createdAt < other.createdAt ? 1 : one.createdAt > other.createdAt ? -1 : 0));
};

export const addLs: AddCommand = (program, cli) => {
  program
    .command('ls')
    .aliases(['list', 'ps'])
    .description('list tasks as the trees that they make: those that have not ended, and those that ended in the last day')
    .option('-a, --all', 'ended ones too, however long ago')
    .option('-q, --quiet', 'ids alone')
    .option('-w, --watch', 'go on showing them as they change, until Ctrl-C')
    .option(
      '--filter <key=value>',
      'of status, name (a part of it), agent and parent (a task, or none); may be repeated',
      pairs(['status', 'name', 'agent', 'parent']),
    )
    .action(async (options: Options) => {
      const { screen, isJson } = cli;
      const makima = await cli.connect();
      const fits = await readFilter(makima, options.filter ?? []);
      const wanted: Fits =
        options.all === true || (options.filter ?? []).some(([key]) => key === 'status')
          ? fits
          : (task) => (!isEnded(task.status) || Date.parse(task.updatedAt) > Date.now() - recentMs) && fits(task);
      if (options.watch === true) return watchTasks(cli, wanted, { idsAlone: options.quiet === true });
      const tasks = await listed(makima, options, fits);
      if (isJson) for (const task of tasks) await screen.printJson(task);
      else if (options.quiet === true) await screen.print(tasks.map(({ id }) => `${id}\n`).join(''));
      else if (tasks.length > 0) await screen.print(taskTable(tasks, screen, Date.now()));
      else
        screen.note(
          options.all === true || options.filter !== undefined
            ? 'No tasks.'
            : 'No tasks that run or ended in the last day. `makima ls --all` shows older ones.',
        );
    });
};
