import { statSync } from 'node:fs';

/**
 * The highest id in the logs that were written since then: only those are looked into.
 * @param taskIds - of which there are logs
 * @param since - in milliseconds as files have it
 */
export const highestUsed = (
  taskIds: readonly string[],
  since: number,
  { pathOf, lastOf }: { pathOf: (taskId: string) => string; lastOf: (taskId: string) => number },
): number => {
  let highest = 0;
  for (const taskId of taskIds) {
    const writtenAt = statSync(pathOf(taskId), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (writtenAt >= since) highest = Math.max(highest, lastOf(taskId));
  }
  return highest;
};
