import type { NotifyType } from '../domain/notify-types.ts';
import { Bell } from '../events/bell.ts';
import type { EventLog } from '../events/event-log.ts';
import { run } from '../shells/run.ts';
import type { TaskStore } from '../store/task-store.ts';
import { factsOf, isForAPerson } from './facts.ts';

/** What the command may take, in milliseconds; then it is ended. */
const limitMs = 10_000;
/** One runs at a time: what is older than this when its turn comes is news no more. */
const freshMs = 60_000;
/** Nobody reads what it prints, and nobody is to hold it: a command can print without end. */
const silently = ['-c', 'exec "$@" >/dev/null 2>&1', 'sh'];
/** From events that could not be read to the next try, in milliseconds. */
const retryMs = 1000;

export interface NotifyParts {
  store: Pick<TaskStore, 'getTask'>;
  log: Pick<EventLog, 'followAll'>;
  /** The command and its arguments. */
  command: readonly string[];
  /** Of which types of events it is told. */
  types: readonly NotifyType[];
  /** Where it runs. */
  home: string;
  /** What its environment is, besides the event. */
  inheritedEnv: Readonly<Record<string, string>>;
  now: () => Date;
  report: (what: string, error: unknown) => void;
}

/**
 * Runs a command of the user's for each event that a person wants to know of, from now on, one after the other. The event is in its
 * environment alone, where no shell reads it as a program. That it fails is said once, until it works again, and disturbs nothing.
 * @returns ends it, with what runs
 */
export const notifyPerson = ({ store, log, command, types, home, inheritedEnv, now, report }: NotifyParts): (() => Promise<void>) => {
  const [program, ...args] = command;
  const ending = new AbortController();
  const { signal } = ending;
  let isBroken = false;
  const failed = (error: unknown): void => {
    if (!isBroken && !signal.aborted) report(`MAKIMA_NOTIFY: running ${String(program)}`, error);
    isBroken = true;
  };

  const tell = async (facts: Record<string, string>): Promise<void> => {
    if (program === undefined) return;
    try {
      const env = { ...inheritedEnv, ...facts };
      const { status } = await run({
        program: 'sh',
        args: [...silently, program, ...args],
        cwd: home,
        env,
        signal,
        timeoutMs: limitMs,
        leaves: true,
      });
      if (status === 0) isBroken = false;
      else failed(new Error(status === 127 ? 'There is no such program' : `It ended with status ${status}; run it by hand to see why`));
    } catch (error) {
      failed(error);
    }
  };

  const follow = async (): Promise<void> => {
    const feed = await log.followAll({ after: null, types, visible: () => true, signal });
    for await (const { event } of feed) {
      if (!('taskId' in event)) continue;
      if (now().getTime() - Date.parse(event.at) > freshMs) continue;
      const task = await store.getTask(event.taskId);
      if (task !== null && isForAPerson(event, task)) await tell(factsOf(event, task));
    }
  };

  const keepFollowing = async (): Promise<void> => {
    const bell = new Bell(signal);
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      try {
        await follow();
      } catch (error) {
        if (isOver()) break;
        report('following events for MAKIMA_NOTIFY', error);
      }
      const timer = setTimeout(bell.ring, retryMs);
      await bell.wait();
      clearTimeout(timer);
    }
    bell.release();
  };
  const following = keepFollowing();
  return () => {
    ending.abort();
    return following;
  };
};
