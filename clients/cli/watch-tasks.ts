import type { ListedTask } from '../typescript/index.ts';
import type { Cli } from './cli.ts';
import { GivenUp } from './failure.ts';
import { cutTo, withinLine } from './output/plain.ts';
import type { Screen } from './output/screen.ts';
import { stateOf, taskTable } from './output/task-rows.ts';

/** A task that changed, or that is no more. */
type Change = ListedTask | { id: string; deleted: true };
const isDeleted = (change: Change): change is { id: string; deleted: true } => 'deleted' in change;

/** Ages go on while nothing else does, in milliseconds; and changes that come together are drawn once. */
const everyMs = 1000;
const togetherMs = 50;

/** Another screen of the terminal's, without a cursor: what was on the first is there again afterwards. */
const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';

/** First each task as it is, then each as often as it changes; over restarts of the daemon, without a poll. */
const changes = async function* (cli: Cli, fits: (task: ListedTask) => boolean): AsyncGenerator<Change> {
  const makima = await cli.connect();
  /** Every task that was told, those told last at the end, and whether it is shown. */
  const told = new Map<string, boolean>();
  for await (const event of makima.events({ snapshot: true, view: 'summary', types: ['task'], signal: cli.interrupted() })) {
    if (event.type === 'task') {
      const { task, taskId } = event;
      const wasShown = told.get(taskId) === true;
      told.delete(taskId);
      if (task !== undefined) told.set(taskId, fits(task));
      if (task !== undefined && fits(task)) yield task;
      else if (wasShown) yield { id: taskId, deleted: true };
    } else if (event.type === 'snapshot') {
      // At first and after each break: all that there are were told just before it, and what was not among them is no more.
      for (const [taskId, wasShown] of [...told].slice(0, Math.max(0, told.size - event.tasks))) {
        told.delete(taskId);
        if (wasShown) yield { id: taskId, deleted: true };
      }
    }
  }
};

const newestFirst = (tasks: Iterable<ListedTask>): ListedTask[] =>
  [...tasks].sort((one, other) => (one.createdAt < other.createdAt ? 1 : one.createdAt > other.createdAt ? -1 : 0));

/** As much of the table as the terminal has lines. */
const page = (tasks: readonly ListedTask[], screen: Screen): string => {
  const lines = tasks.length === 0 ? ['No tasks.'] : taskTable(tasks, screen, Date.now()).trimEnd().split('\n');
  const room = Math.max(2, (screen.height ?? 24) - 1);
  const shown = lines.length > room ? [...lines.slice(0, room - 1), `… and ${lines.length - room + 1} more`] : lines;
  return [...shown, cutTo('Ctrl-C ends this.', screen.width ?? 80)].join('\u001b[K\n');
};

const onTerminal = async ({ screen }: Cli, coming: AsyncIterable<Change>): Promise<void> => {
  const tasks = new Map<string, ListedTask>();
  const draw = (): void => void screen.print(`\u001b[H${page(newestFirst(tasks.values()), screen)}\u001b[J`);
  let soon: NodeJS.Timeout | null = null;
  await screen.print(enter);
  const ticking = setInterval(draw, everyMs);
  try {
    for await (const change of coming) {
      if (isDeleted(change)) tasks.delete(change.id);
      else tasks.set(change.id, change);
      soon ??= setTimeout(() => {
        soon = null;
        draw();
      }, togetherMs);
    }
  } finally {
    clearInterval(ticking);
    if (soon !== null) clearTimeout(soon);
    await screen.print(leave);
    if (tasks.size > 0) await screen.print(taskTable(newestFirst(tasks.values()), screen, Date.now()));
  }
};

const asLines = async ({ screen, isJson }: Cli, coming: AsyncIterable<Change>, idsAlone: boolean): Promise<void> => {
  for await (const change of coming) {
    if (isJson) await screen.printJson(change);
    else if (idsAlone) await screen.print(`${change.id}\n`);
    else if (isDeleted(change)) await screen.print(`${change.id}\tdeleted\n`);
    else await screen.print(`${change.id}\t${stateOf(change)}\t${withinLine(change.name)}\n`);
  }
};

/**
 * Shows tasks as they change, until Ctrl-C, which is how it ends: as a table that is drawn anew on a terminal, else a line a change.
 * @throws MakimaError
 */
export const watchTasks = async (cli: Cli, fits: (task: ListedTask) => boolean, { idsAlone }: { idsAlone: boolean }): Promise<void> => {
  const coming = changes(cli, fits);
  try {
    await (cli.screen.isTerminal && !cli.isJson && !idsAlone ? onTerminal(cli, coming) : asLines(cli, coming, idsAlone));
  } catch (error) {
    if (!(error instanceof GivenUp)) throw error;
  }
};
