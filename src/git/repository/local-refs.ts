import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../files/failure.ts';
import { readPlainText } from '../../files/rewrite-file.ts';

/** Refs as a packed-refs file lists them (gitrepository-layout(5)): full name and object. */
export const parsePackedRefs = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/^([0-9a-f]{40,64}) (.+)$/gm)].map(([, object = '', name = '']) => [name, object]));

/**
 * Refs of a task's repository, read off its files, without a process: makima writes them as files, and so does git.
 * @param prefix - such as `refs/heads/`
 * @returns full name and object; symbolic ones are left out
 */
export const refsBelow = async (gitDir: string, prefix: string): Promise<Map<string, string>> => {
  const refs = new Map(
    [...parsePackedRefs((await readPlainText(path.join(gitDir, 'packed-refs'))) ?? '')].filter(([name]) => name.startsWith(prefix)),
  );
  const entries = await readdir(path.join(gitDir, prefix), { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.endsWith('.lock')) continue;
    const file = path.join(entry.parentPath, entry.name);
    const object = (await readPlainText(file))?.trim() ?? '';
    if (/^[0-9a-f]{40,64}$/.test(object)) refs.set(path.relative(gitDir, file), object);
  }
  return refs;
};
