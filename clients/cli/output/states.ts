import type { ListedTask } from '../../typescript/index.ts';
import type { Colour } from './screen.ts';

type Status = ListedTask['status'];

const colours: Readonly<Record<Status, Colour>> = {
  pending: 'dim',
  queued: 'yellow',
  initializing: 'cyan',
  starting: 'cyan',
  running: 'blue',
  paused: 'magenta',
  blocked: 'yellow',
  done: 'green',
  failed: 'red',
  interrupted: 'red',
};

/** The colour of a state of a task. */
export const colourOf = (status: Status): Colour => colours[status];

const ended: readonly Status[] = ['done', 'failed', 'interrupted'];
export const isEnded = (status: Status): boolean => ended.includes(status);
export const endedStates: readonly Status[] = ended;
export const openStates: readonly Status[] = ['pending', 'queued', 'initializing', 'starting', 'running', 'paused', 'blocked'];
