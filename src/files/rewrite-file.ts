import { constants } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, isMissing } from './failure.ts';

/** No file that git or makima keeps paths in comes near it. */
const maxBytes = 16 * 1024 * 1024;

/** The text and mode of a plain file; null of what is not there, a link, a FIFO or a directory: an agent can put any of them anywhere. */
export const readPlainFile = async (file: string): Promise<{ text: string; mode: number } | null> => {
  let handle;
  try {
    // a FIFO would hold up one of the few threads that all file work of the daemon has, for ever
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const found = await handle.stat();
    return found.isFile() && found.size <= maxBytes ? { text: await handle.readFile('utf8'), mode: found.mode & 0o777 } : null;
  } catch (error) {
    // ELOOP: a link; ENXIO: a socket
    if (isMissing(error) || codeOf(error) === 'ELOOP' || codeOf(error) === 'ENXIO') return null;
    throw error;
  } finally {
    await handle?.close();
  }
};

/** The text alone. */
export const readPlainText = async (file: string): Promise<string | null> => (await readPlainFile(file))?.text ?? null;

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
