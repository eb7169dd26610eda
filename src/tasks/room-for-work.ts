import { MakimaError } from '../errors.ts';
import type { TaskContext } from './context.ts';

const mebibyte = 1024 * 1024;

/**
 * Refuses new work where the disk is about to be full: a worktree that can only be made by half helps nobody, and what
 * runs already needs the rest to write down what it says.
 * @throws MakimaError DISK_FULL
 */
export const requireRoom = async (context: TaskContext): Promise<void> => {
  const { freeBytes } = await context.diskSpace();
  if (freeBytes >= context.minFreeBytes) return;
  throw new MakimaError(
    'DISK_FULL',
    `${Math.floor(freeBytes / mebibyte)} MiB are free on the disk of ${context.daemon.home}, and new work needs ${Math.ceil(context.minFreeBytes / mebibyte)}`,
  );
};
