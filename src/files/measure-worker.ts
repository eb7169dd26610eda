/** A thread that measures what is below directories, so that nobody waits for it: a worktree with its packages has a hundred thousand files. */
import { lstatSync, readdirSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { Measured } from './measure-trees.ts';

const blockBytes = 512;

/** What went away meanwhile, or is another user's, is left out. */
const unlessGone = <T>(read: () => T): T | null => {
  try {
    return read();
  } catch {
    return null;
  }
};

const measure = (root: string): Measured => {
  const found: Measured = { bytes: 0, files: 0, loose: 0, changedMs: 0 };
  const open = [root];
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    const here = directory;
    for (const entry of unlessGone(() => readdirSync(Buffer.from(here, 'latin1'), { withFileTypes: true, encoding: 'buffer' })) ?? []) {
      // a name need not be text, and a path of bytes cannot be joined as text: latin1 keeps each byte
      const path = `${here}/${entry.name.toString('latin1')}`;
      const stats = unlessGone(() => lstatSync(Buffer.from(path, 'latin1')));
      if (stats === null) continue;
      // the size of a file with several names is shared among them: most of them stay where one of them goes
      found.bytes += (stats.blocks * blockBytes) / (stats.isDirectory() ? 1 : Math.max(1, stats.nlink));
      found.files += 1;
      if (/\/objects\/[0-9a-f]{2}\/[0-9a-f]{38,62}$/.test(path)) found.loose += 1;
      if (stats.ctimeMs > found.changedMs) found.changedMs = stats.ctimeMs;
      if (stats.isDirectory()) open.push(path);
    }
  }
  return { ...found, bytes: Math.round(found.bytes) };
};

parentPort?.on('message', (directories: readonly string[]) => {
  for (const directory of directories) parentPort?.postMessage(measure(Buffer.from(directory).toString('latin1')));
});
