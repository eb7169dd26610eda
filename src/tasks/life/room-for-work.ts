import { MakimaError } from '../../errors.ts';
import type { Needs } from '../parts.ts';

const mebibyte = 1024 * 1024;

/**
 * Refuses new work where the disk is about to be full: a worktree that can only be made by half helps nobody, and what
 * runs already needs the rest to write down what it says.
 * @throws MakimaError DISK_FULL
 */
export const requireRoom = async ({ diskSpace, minFreeBytes, home }: Needs<'diskSpace' | 'minFreeBytes' | 'home'>): Promise<void> => {
  const { freeBytes } = await diskSpace();
  if (freeBytes >= minFreeBytes) return;
  throw new MakimaError(
    'DISK_FULL',
    `${Math.floor(freeBytes / mebibyte)} MiB are free on the disk of ${home}, and new work needs ${Math.ceil(minFreeBytes / mebibyte)}: \`makima prune --worktrees\` says what old worktrees take, and puts them away`,
  );
};
