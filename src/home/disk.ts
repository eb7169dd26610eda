import { statfs } from 'node:fs/promises';

/** What is left and what there is on the disk of a path, in bytes. */
export interface DiskSpace {
  freeBytes: number;
  totalBytes: number;
}

/** @param path - of something that exists */
export const diskSpace = async (path: string): Promise<DiskSpace> => {
  const { bavail, blocks, bsize } = await statfs(path);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
};
