import { lstat, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from './local-repository.ts';

/** No file that git or makima keeps paths in comes near it. */
const maxBytes = 16 * 1024 * 1024;

/** The text and mode of a plain file; null of what is not there, a link, a FIFO or a directory: an agent can put any of them anywhere. */
export const readPlainFile = async (file: string): Promise<{ text: string; mode: number } | null> => {
  try {
    const found = await lstat(file);
    return found.isFile() && found.size <= maxBytes ? { text: await readFile(file, 'utf8'), mode: found.mode & 0o777 } : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/** Changes a plain file's text where it needs to be; the new one appears whole or not at all. */
export const rewriteFile = async (file: string, change: (text: string) => string | Promise<string>): Promise<void> => {
  const found = await readPlainFile(file);
  if (found === null) return;
  const changed = await change(found.text);
  if (changed === found.text) return;
  const aside = path.join(path.dirname(file), `.makima-${crypto.randomUUID()}`);
  try {
    await writeFile(aside, changed, { mode: found.mode, flush: true });
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
};
