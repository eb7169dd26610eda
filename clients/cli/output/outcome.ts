import type { ListedTask } from '../../typescript/index.ts';
import { exitCodes, type ExitCode } from '../failure.ts';
import { plain } from './plain.ts';
import { money } from './sizes.ts';
import { isEnded } from './states.ts';
import { stateOf } from './task-rows.ts';
import { shortTime } from './times.ts';

/** What a script learns of how a task ended: work that was not brought to where it should be is no success. */
export const exitCodeOf = ({ status, completion }: Pick<ListedTask, 'status' | 'completion'>): ExitCode => {
  if (status === 'done') return completion?.status === 'failed' ? exitCodes.failed : exitCodes.done;
  if (status === 'interrupted') return exitCodes.cancelled;
  return isEnded(status) ? exitCodes.failed : exitCodes.stillRunning;
};

/** How a task ended, in lines for whoever waited: how long it took, what it cost, why it failed, where its work is. */
export const outcomeLines = (task: ListedTask): string[] => {
  const { startedAt, completedAt, usage, errorMessage, completion, warnings } = task;
  const took = startedAt === null || completedAt === null ? '' : `after ${shortTime(Date.parse(completedAt) - Date.parse(startedAt))}`;
  const how = [stateOf(task), took, money(usage?.costUsd)]
    .filter((each) => each !== '')
    .join(', ')
    .replace(', after', ' after');
  return [
    how,
    ...(errorMessage === null ? [] : plain(errorMessage).trimEnd().split('\n')),
    ...warnings.map(({ code, message }) => `warning: ${plain(message)} (${code})`),
    ...(completion?.message === null || completion === null ? [] : [plain(completion.message)]),
    ...(completion?.prUrl === null || completion === null ? [] : [plain(completion.prUrl)]),
  ];
};
