/** Files by which a test and what an agent runs wait for one another. */
import { existsSync, readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';

/** Words of sh that go on when a file is there. */
export const until = (file: string): string => `until [ -e '${file}' ]; do sleep 0.05; done`;

/** Resolves with what is in a file when it is there; it must be put there whole. */
export const appears = async (file: string): Promise<string> => {
  const { promise: there, resolve } = Promise.withResolvers<undefined>();
  const look = (): void => {
    if (existsSync(file)) resolve(undefined);
  };
  const watcher = watch(dirname(file), look);
  look();
  await there;
  watcher.close();
  return readFileSync(file, 'utf8');
};
