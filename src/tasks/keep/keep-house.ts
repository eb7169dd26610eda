import { applyRetention, type Retention } from './apply-retention.ts';
import type { DiskUsageNotes } from './disk-usage.ts';
import { expireOldSnapshots } from './expire-snapshots.ts';
import { packRepositories } from './pack-repositories.ts';
import { putOldWorktreesAway } from './put-old-worktrees-away.ts';
import type { PuttingAway } from './put-worktree-away.ts';
import { emptyTrashSoon } from '../life/finish-deletions.ts';
import type { Needs } from '../parts.ts';

export interface HouseRules {
  retention: Retention;
  /** Worktrees of tasks that ended so many days ago are put away; 0 is none. */
  worktreeDays: number;
  /** Passing snapshots of worktrees that were put away so many days ago are deleted; 0 is none. */
  snapshotDays: number;
  /** From the start to the first round, and from the end of one to the next, in milliseconds. */
  firstMs: number;
  everyMs: number;
}

const shortly = (bytes: number): string => (bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);

/**
 * Keeps house, every so often: deletes old events, puts old worktrees away, packs repositories, deletes old snapshots and measures what the disk is used for. Where nothing has
 * happened since, a round is a few looks.
 * @param tell - what was done, for the daemon's log
 * @returns ends it, and waits until what is under way has been given up
 */
export const keepHouse = (
  parts: PuttingAway & Needs<'log' | 'disk'> & { disk: DiskUsageNotes; tell: (message: string) => void },
  { retention, worktreeDays, snapshotDays, firstMs, everyMs }: HouseRules,
): (() => Promise<void>) => {
  const { disk, report, tell, reached } = parts;
  const ending = new AbortController();
  const { signal } = ending;
  const isEnding = (): boolean => signal.aborted;
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = Promise.resolve();

  const steps: [string, () => Promise<unknown>][] = [
    ['deleting old events', () => applyRetention(parts, retention)],
    [
      'putting old worktrees away',
      async () => {
        const { count, bytes } = await putOldWorktreesAway(parts, worktreeDays, signal);
        if (count === 0) return;
        emptyTrashSoon(parts);
        tell(
          `Put away ${count === 1 ? 'a worktree' : `${count} worktrees`}, ${shortly(bytes)}, of tasks that ended ${worktreeDays} days ago or longer`,
        );
      },
    ],
    [
      'measuring what the disk is used for',
      async () => {
        const packed = await packRepositories(parts, await disk.measure(signal), signal);
        const expired = await expireOldSnapshots(parts, snapshotDays, signal);
        for (const taskId of new Set([...packed, ...expired])) await disk.again(taskId, signal);
      },
    ],
  ];
  const round = async (): Promise<void> => {
    for (const [what, step] of steps) {
      if (isEnding()) return;
      try {
        await step();
      } catch (error) {
        if (!isEnding()) report(what, error);
      }
    }
    reached('house kept');
    // Only then the next one: a round takes its time.
    later(everyMs);
  };
  const later = (ms: number): void => {
    const begin = (): void => {
      underWay = round();
    };
    timer = setTimeout(begin, ms).unref();
    if (signal.aborted) clearTimeout(timer);
  };
  later(Math.min(firstMs, everyMs));
  return async () => {
    ending.abort();
    clearTimeout(timer);
    await underWay;
  };
};
