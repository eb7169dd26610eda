import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { isMissing } from '../../files/failure.ts';
import { git } from '../command/index.ts';
import { configOf, settingsIn } from './local-repository.ts';
import { originHeads, sourceHead, sourceHeads, sourceTags } from './own-refs.ts';

/** Which branches the source's HEAD, and its own origin/HEAD, name; null where one names none. */
export const SourceHeads = Type.Object({
  head: Type.Union([Type.String(), Type.Null()]),
  originHead: Type.Union([Type.String(), Type.Null()]),
});
export type SourceHeads = Static<typeof SourceHeads>;

/** The file of a cache that holds SourceHeads: symbolic refs would be two processes a fetch. */
export const headsFile = (cacheDir: string): string => path.join(cacheDir, 'makima-heads.json');

/** A tag, and the commit that it stands for where it is an object of its own. */
export interface Tag {
  object: string;
  peeled: string | null;
}

/** What is known of a source as it was last fetched: enough to resolve a base and to make a task's repository of it. */
export interface SourceFacts extends SourceHeads {
  /** Branches by name. */
  branches: ReadonlyMap<string, string>;
  /** What its origin has, by name: of a local source as it was fetched there, of a remote one the branches themselves. */
  originBranches: ReadonlyMap<string, string>;
  tags: ReadonlyMap<string, Tag>;
  /** The commit of HEAD, of a detached one too; null where it names none. */
  headCommit: string | null;
  /** Settings that a repository of this source needs: how its objects and files are kept, its origin, who commits. */
  settings: readonly (readonly [key: string, value: string])[];
}

/** What git has found out of the file system where the cache is, and how objects are named: the same for every task's repository. */
const inherited = [
  'core.filemode',
  'core.ignorecase',
  'core.precomposeunicode',
  'core.symlinks',
  'core.repositoryformatversion',
  'extensions.objectformat',
];

const textOf = async (file: string): Promise<string | null> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

const headsOf = async (cacheDir: string): Promise<SourceHeads> => {
  const text = await textOf(headsFile(cacheDir));
  const heads: unknown = text === null ? null : JSON.parse(text);
  return Value.Check(SourceHeads, heads) ? heads : { head: null, originHead: null };
};

/**
 * Reads a cache: two git processes.
 * @param settings - of the source itself: its origin, who commits
 * @throws MakimaError GIT_FAILED
 */
export const readFacts = async (
  cacheDir: string,
  settings: readonly (readonly [string, string])[],
  signal?: AbortSignal,
): Promise<SourceFacts> => {
  const format = '%(objectname) %(*objectname) %(refname)';
  const [listed, config, heads] = await Promise.all([
    git(['for-each-ref', `--format=${format}`, sourceHeads, sourceTags, sourceHead, originHeads], { gitDir: cacheDir, signal }),
    configOf(cacheDir, signal),
    headsOf(cacheDir),
  ]);
  const branches = new Map<string, string>();
  const originBranches = new Map<string, string>();
  const tags = new Map<string, Tag>();
  let headCommit: string | null = null;
  for (const line of listed.stdout.toString('utf8').split('\n')) {
    const [object = '', peeled = ''] = line.split(' ', 2);
    const ref = line.slice(object.length + peeled.length + 2);
    if (ref === sourceHead) headCommit = object;
    else if (ref.startsWith(sourceHeads)) branches.set(ref.slice(sourceHeads.length), object);
    else if (ref.startsWith(sourceTags)) tags.set(ref.slice(sourceTags.length), { object, peeled: peeled === '' ? null : peeled });
    else if (ref.startsWith(originHeads) && ref !== `${originHeads}HEAD`) originBranches.set(ref.slice(originHeads.length), object);
  }
  return { branches, originBranches, tags, headCommit, ...heads, settings: [...settingsIn(config, inherited), ...settings] };
};
