import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { isFree, makeDirectory, writeNew } from '../../files/at-once.ts';
import { idOf, wholeOf } from '../command/index.ts';
import type { SourceFacts } from './source-facts.ts';

/** Of an id in hex. */
const sha1Length = 40;

interface GitObject {
  id: string;
  bytes: Buffer;
}

/** An object as git stores it, made once for all that begin empty. */
const objectOf = (kind: 'tree' | 'commit', content: string): GitObject => {
  const whole = wholeOf(kind, Buffer.from(content));
  return { id: idOf(whole, sha1Length), bytes: deflateSync(whole) };
};

const emptyTree = objectOf('tree', '');
/** The day of makima's first commit. One date for all, so that whatever begins empty has one commit in common and can be merged. */
const madeAt = 'makima <makima@localhost> 1795305600 +0000';
const firstCommit = objectOf('commit', `tree ${emptyTree.id}\nauthor ${madeAt}\ncommitter ${madeAt}\n\nInitial commit\n`);

/** The empty commit that `new://` and scratch tasks begin with. */
export const emptyCommit = firstCommit.id;

/** Writes its objects into a repository. Can be repeated. */
export const writeEmptyCommit = (gitDir: string): void => {
  for (const { id, bytes } of [emptyTree, firstCommit]) {
    const directory = path.join(gitDir, 'objects', id.slice(0, 2));
    const file = path.join(directory, id.slice(2));
    makeDirectory(directory);
    if (isFree(file)) writeNew(file, bytes, 0o444);
  }
};

/** How macOS keeps file names; elsewhere git's own defaults are right. */
const fileSystem: SourceFacts['settings'] =
  process.platform === 'darwin'
    ? [
        ['core.ignorecase', 'true'],
        ['core.precomposeunicode', 'true'],
      ]
    : [];

/** A repository with one empty commit on main, of which worktrees can be made. */
export const emptyFacts: SourceFacts = {
  head: 'main',
  originHead: null,
  branches: new Map([['main', emptyCommit]]),
  originBranches: new Map(),
  tags: new Map(),
  headCommit: emptyCommit,
  settings: fileSystem,
};
