import type { Makima, Task } from '../typescript/index.ts';
import type { Cli } from './cli.ts';
import { GivenUp } from './failure.ts';
import { lastLines } from './last-lines.ts';
import { EventLines } from './output/event-lines.ts';
import { exitCodeOf, outcomeLines } from './output/outcome.ts';
import { ownLines } from './output/own-lines.ts';
import { withinLine } from './output/plain.ts';
import { isEnded } from './output/states.ts';
import { shortTime } from './output/times.ts';

export interface FollowOptions {
  /** Shown is what comes after this event; from the first one on if left out. */
  after?: number;
  /** Left out is what was before, in milliseconds. */
  since?: number;
  /** Shown is what is there by now, up to this line; to the end of the task if left out. */
  until?: number;
  /** What is sent to the agent is not shown: it was typed here. */
  withoutInput?: boolean;
}

const types = ['activity', 'output', 'status', 'completion', 'end'] as const;

/** What takes so long before the agent speaks that somebody asks what is going on. */
const preparing: Readonly<Record<string, string>> = {
  queued: 'waiting for a slot',
  initializing: 'preparing the worktree',
  starting: 'starting the agent',
};

/** A line of progress while a task is not yet at work. */
const showProgress = ({ screen, isJson }: Cli): { at: (status: string) => void; end: () => void } => {
  let what: string | null = null;
  let since = 0;
  const show = (): void => {
    if (what !== null) screen.progress(`${what}… ${shortTime(Date.now() - since)}`);
  };
  const ticking = setInterval(show, 1000);
  return {
    at: (status) => {
      what = isJson ? null : (preparing[status] ?? null);
      since = Date.now();
      if (what === null) screen.progress(null);
      else show();
    },
    end: () => {
      clearInterval(ticking);
      screen.progress(null);
    },
  };
};

const showEvents = async (cli: Cli, makima: Makima, taskId: string, options: FollowOptions): Promise<void> => {
  const { screen, isJson } = cli;
  const { after, since = 0, until = Infinity, withoutInput } = options;
  const lines = new EventLines(screen.paint);
  // Its activities are told instead.
  const isRepeated = ownLines();
  const progress = showProgress(cli);
  try {
    for await (const event of makima.events({ taskId, types, signal: cli.interrupted(), ...(after !== undefined && { after }) })) {
      const isOwn = withoutInput === true && event.type === 'output' && event.stream === 'stdin';
      if (Date.parse(event.at) >= since && !isOwn) {
        const shown = isJson ? '' : lines.show(event);
        if (shown !== '') await screen.print(shown);
        if (isJson && !isRepeated(event)) await screen.printJson(event);
      }
      if (event.type === 'status') progress.at(event.to);
      if (event.type === 'output' && event.id >= until) return;
    }
  } finally {
    progress.end();
    const rest = lines.end();
    if (rest !== '') await screen.print(rest);
  }
};

/** How a task ended, for whoever followed it; the exit status tells it too. */
const tellEnd = (cli: Cli, task: Task): void => {
  const { screen, isJson } = cli;
  cli.endWith(exitCodeOf(task));
  if (isJson) return;
  const [how = '', ...more] = outcomeLines(task);
  screen.note(screen.paintNote(task.status === 'done' ? 'green' : 'red', `${withinLine(task.name)}: ${how}`));
  for (const line of more) screen.note(`  ${line}`);
};

/**
 * Shows what happens to a task up to its end, which the exit status then tells. Ctrl-C ends the watching and not the task, and says so.
 * @throws GivenUp at Ctrl-C; MakimaError
 */
export const followTask = async (cli: Cli, makima: Makima, taskId: string, options: FollowOptions = {}): Promise<void> => {
  try {
    await showEvents(cli, makima, taskId, options);
  } catch (error) {
    const id = taskId.slice(0, 8);
    if (error instanceof GivenUp)
      cli.screen.note(`The task goes on: \`makima logs -f ${id}\` shows it again, \`makima stop ${id}\` stops it.`);
    throw error;
  }
  tellEnd(cli, await makima.getTask(taskId));
};

/**
 * The same of what is there by now; the exit status says nothing of the task.
 * @param tail - how many lines from the end; all of them where it is `all`
 */
export const showTask = async (
  cli: Cli,
  makima: Makima,
  taskId: string,
  tail: number | 'all',
  options: Omit<FollowOptions, 'after' | 'until'>,
): Promise<void> => {
  // What has ended by now has no further lines, so that those read next are the last ones; else they are the last of this moment.
  const task = await makima.getTask(taskId);
  const { before, last } = await lastLines(makima, taskId, tail === 'all' ? 1 : tail);
  const from = tail === 'all' || before === undefined ? options : { ...options, after: before };
  if (isEnded(task.status)) await showEvents(cli, makima, taskId, from);
  else if (last !== undefined && tail !== 0) await showEvents(cli, makima, taskId, { ...from, until: last });
};
