import { randomBytes } from 'node:crypto';
import { chmod, link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../files/failure.ts';

const isToken = (text: string): boolean => /^[\x21-\x7e]{32,512}$/.test(text);

const read = async (path: string): Promise<string | null> => {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
};

/**
 * The owner's token, made on the first start. It appears whole or not at all, readable by its owner alone.
 * @throws Error where the file holds something that is no token
 */
export const ownerToken = async (home: string): Promise<string> => {
  const path = join(home, 'token');
  const existing = await read(path);
  if (existing !== null) {
    if (!isToken(existing))
      throw new Error(`${path} holds no token: it must be one line of at least 32 printable characters. Remove it, and a new one is made`);
    await chmod(path, 0o600);
    return existing;
  }
  // The daemon is alone on its home: what a crash leaves of this is written over the next time.
  const aside = `${path}.new`;
  await writeFile(aside, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flush: true });
  try {
    await link(aside, path);
  } finally {
    await rm(aside, { force: true });
  }
  return ownerToken(home);
};
