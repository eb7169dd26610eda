import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** More would be waited for: what is shown is a hint. */
const maxEntries = 200_000;

/**
 * What directories take of the disk, in bytes, as far as they are on this machine and can be looked into.
 * @returns `isWhole` is false where there was more than is counted
 */
export const sizeOf = async (directories: readonly string[]): Promise<{ bytes: number; isWhole: boolean }> => {
  let bytes = 0;
  let entries = 0;
  const open = [...directories];
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    // One that is gone, or another user's, is left out.
    const listing = await opendir(directory).catch(() => null);
    if (listing === null) continue;
    for await (const entry of listing) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) open.push(path);
      const found = await lstat(path).catch(() => null);
      bytes += (found?.blocks ?? 0) * 512;
      entries += 1;
      if (entries > maxEntries) return { bytes, isWhole: false };
    }
  }
  return { bytes, isWhole: true };
};
