import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Remembered } from '../../domain/remembered.ts';
import { isMissing } from '../../files/failure.ts';
import { readPlainText } from '../../files/rewrite-file.ts';
import { stampBehind } from '../../files/stamp.ts';
import type { LocalRepository } from './local-repository.ts';
import type { SourceFacts } from './source-facts.ts';

/** What is fetched of a source. */
const fetched = ['refs/heads', 'refs/tags', 'refs/remotes/origin'];

/** Refs that are files, and what stands in them; null where one is what git does not write. */
const looseRefs = async (directory: string): Promise<string[] | null> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  if (entries.some((entry) => !entry.isFile() && !entry.isDirectory())) return null;
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(files.sort().map(async (file) => `${file} ${(await readPlainText(file)) ?? ''}`));
};

/**
 * How every ref of a source stands that is fetched, what its HEAD and origin/HEAD name, and where its history ends: read off its
 * files, without a process. A source for which it is the same has nothing new.
 * @returns null where files cannot tell it
 */
export const stateOf = async ({ gitDir, commonDir }: LocalRepository): Promise<string | null> => {
  // git itself takes a file of packed refs for the one that it has read by its stamp
  const packed = stampBehind(path.join(commonDir, 'packed-refs')).text;
  const [loose, texts] = await Promise.all([
    Promise.all(fetched.map((name) => looseRefs(path.join(commonDir, name)))),
    // git lists the tables of a reftable there, of which each has a name of its own
    Promise.all(
      [
        path.join(gitDir, 'HEAD'),
        path.join(gitDir, 'reftable', 'tables.list'),
        path.join(commonDir, 'reftable', 'tables.list'),
        path.join(commonDir, 'shallow'),
      ].map(async (file) => (await readPlainText(file)) ?? ''),
    ),
  ]);
  // a HEAD that is a link, as git once wrote it
  if (loose.includes(null) || texts[0] === '') return null;
  return [...texts, packed, ...loose.flat()].join('\0');
};

/**
 * What was read of a cache, and how its source stood right before it was fetched: a source that stands so still has nothing new.
 * One that is forgotten is fetched once more when it is used again.
 */
const remembered = new Remembered<{ state: string; facts: SourceFacts }>(100);

export const rememberFacts = (cacheDir: string, state: string, facts: SourceFacts): void => {
  remembered.set(cacheDir, { state, facts });
};

/** @returns null where the source has changed since, or was not fetched by this process */
export const factsAt = (cacheDir: string, state: string): SourceFacts | null => {
  const known = remembered.get(cacheDir);
  return known?.state === state ? known.facts : null;
};
