import { renameSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

const DaemonFile = Type.Object({ pid: Type.Integer(), url: Type.String(), socket: Type.String(), version: Type.String() });
/** What `daemon.json` tells scripts about the daemon that runs on this home. */
export type DaemonFile = Static<typeof DaemonFile>;

const pathIn = (home: string): string => join(home, 'daemon.json');

/** Written at once, so that the caller can do something in the same moment. */
export const writeDaemonFile = (home: string, content: DaemonFile): void => {
  // The daemon is alone on its home: what a crash leaves of this is written over the next time.
  const aside = `${pathIn(home)}.new`;
  writeFileSync(aside, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(aside, pathIn(home));
};

export const removeDaemonFile = (home: string): Promise<void> => rm(pathIn(home), { force: true });

/** What a daemon that was killed left behind; null where there is nothing or nothing that can be read. */
export const readDaemonFile = async (home: string): Promise<DaemonFile | null> => {
  try {
    const content: unknown = JSON.parse(await readFile(pathIn(home), 'utf8'));
    return Value.Check(DaemonFile, content) ? content : null;
  } catch {
    // A hint only: whatever is wrong with it, the daemon that starts now writes it anew.
    return null;
  }
};
