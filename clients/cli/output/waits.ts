import { counted } from './sizes.ts';
import { shortTime } from './times.ts';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

/** What a task waits for, in a few words; nothing where it goes on. A kind that came later than this command is shown by its name. */
export const waitOf = (task: object, now: number): string => {
  const wait: unknown = 'waitsFor' in task ? task.waitsFor : null;
  if (!isRecord(wait)) return 'status' in task && task.status === 'queued' ? 'a slot' : '';
  const until = typeof wait['until'] === 'string' ? `, ${shortTime(Date.parse(wait['until']) - now)} more` : '';
  switch (wait['kind']) {
    case 'slot':
      return typeof wait['position'] === 'number' ? `a slot (${wait['position']} in line)` : 'a slot';
    case 'dependency':
      return counted(Math.max(1, lengthOf(wait['taskIds'])), 'task');
    case 'subtasks':
      return counted(Math.max(1, lengthOf(wait['taskIds'])), 'subtask');
    case 'approval':
      return 'an approval';
    case 'limit':
      return `a limit${until}`;
    default:
      return typeof wait['kind'] === 'string' ? `${wait['kind']}${until}` : '';
  }
};
