import type { Usage } from '../../../schemas/task.ts';
import { addUsage, noUsage, withoutUsage } from '../../domain/usage.ts';
import type { ProgressTracker } from '../supervision/progress.ts';

/** A run whose agent runs, as budgets have to do with it. */
export interface Spender {
  /** What its output tells. */
  tracker: Pick<ProgressTracker, 'progress' | 'usage' | 'usageSoFar'>;
  /** Stops it, unless a stop was asked for before. @param reason - what stands on its task in the end */
  stop(reason: string): Promise<void>;
}

/** Its agent works on a turn, or is about to begin its first. */
export const isInTurn = ({ tracker: { progress } }: Spender): boolean => progress.turnOpen || progress.results === 0;

/** What the open turns of runs have used about, of which no result tells yet. */
export const usedInOpenTurns = (spenders: Iterable<Spender>): Usage => {
  let sum = noUsage;
  for (const { tracker } of spenders) sum = addUsage(sum, withoutUsage(tracker.usageSoFar, tracker.usage));
  return sum;
};
