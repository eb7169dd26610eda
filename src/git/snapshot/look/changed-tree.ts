import { git, keyOf } from '../../command/index.ts';
import { writeObject } from './loose-objects.ts';

export interface TreeEntry {
  mode: string;
  id: string;
}

/** A tree in which some paths are otherwise than in another one: files by their names within a directory, directories below it. */
interface Changes {
  files: Map<string, TreeEntry | null>;
  directories: Map<string, Changes>;
}

const directoryMode = '40000';

/**
 * The tree that another one becomes by some changes: only the directories that lead to them are read and written.
 *
 * @param repository - `gitDir` that has the tree, and the directory that the new ones are written to
 * @param changes - what is at a path, as latin1, from now on; null for nothing
 * @param ignoresCase - names that differ from one that is there only in case are left to git
 * @returns null where that cannot be told
 */
export const changedTree = async (
  repository: { gitDir: string; objects: string },
  tree: string,
  changes: ReadonlyMap<string, TreeEntry | null>,
  ignoresCase: boolean,
  signal?: AbortSignal,
): Promise<string | null> => {
  const root: Changes = { files: new Map(), directories: new Map() };
  const named = new Map<string, Changes>([['', root]]);
  for (const [path, entry] of changes) {
    const end = path.lastIndexOf('/');
    directoryAt(named, end === -1 ? '' : path.slice(0, end)).files.set(path.slice(end + 1), entry);
  }
  const names = [...named.keys()];
  const standing = await readTrees(repository.gitDir, tree, names, signal);
  if (standing === null) return null;
  const write = (path: string, wanted: Changes): string | null | undefined => {
    const entries = standing.get(path) ?? new Map<string, TreeEntry>();
    for (const [name, entry] of wanted.files) if (entry === null) entries.delete(name);
    for (const [name, inner] of wanted.directories) {
      const id = write(path === '' ? name : `${path}/${name}`, inner);
      if (id === undefined) return undefined;
      if (id !== null) entries.set(name, { mode: directoryMode, id });
      else if (entries.get(name)?.mode === directoryMode) entries.delete(name);
    }
    for (const [name, entry] of wanted.files) if (entry !== null) entries.set(name, entry);
    if (ignoresCase && new Set([...entries.keys()].map((name) => name.toLowerCase())).size < entries.size) return undefined;
    if (entries.size === 0 && path !== '') return null;
    return writeObject(repository.objects, tree.length, 'tree', bytesOf(entries));
  };
  return write('', root) ?? null;
};

const directoryAt = (named: Map<string, Changes>, path: string): Changes => {
  const found = named.get(path);
  if (found !== undefined) return found;
  const made: Changes = { files: new Map(), directories: new Map() };
  named.set(path, made);
  const end = path.lastIndexOf('/');
  directoryAt(named, end === -1 ? '' : path.slice(0, end)).directories.set(path.slice(end + 1), made);
  return made;
};

/** @returns the entries of each directory that is there */
const readTrees = async (
  gitDir: string,
  tree: string,
  directories: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, Map<string, TreeEntry>> | null> => {
  const asked = directories.map((directory) => `${tree}:${directory}`);
  const input = Buffer.from(asked.map((each) => `${each}\0`).join(''), 'latin1');
  const { stdout } = await git(['cat-file', '--batch', '-z'], { gitDir, signal, input });
  const found = new Map<string, Map<string, TreeEntry>>();
  let at = 0;
  for (const [position, name] of asked.entries()) {
    const missing = Buffer.from(`${name} missing\n`, 'latin1');
    if (stdout.subarray(at, at + missing.length).equals(missing)) {
      at += missing.length;
      continue;
    }
    const end = stdout.indexOf(0x0a, at);
    const [, kind, size] = stdout.toString('latin1', at, end).split(' ');
    const length = Number(size);
    if (!Number.isInteger(length)) return null;
    if (kind === 'tree') found.set(directories[position] ?? '', entriesOf(stdout.subarray(end + 1, end + 1 + length), tree.length / 2));
    at = end + 1 + length + 1;
  }
  return found.has('') ? found : null;
};

/** A tree as git stores it: mode, a space, name, a NUL, id. */
const entriesOf = (content: Buffer, idBytes: number): Map<string, TreeEntry> => {
  const entries = new Map<string, TreeEntry>();
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    const id = content.toString('hex', end + 1, end + 1 + idBytes);
    entries.set(keyOf(content.subarray(space + 1, end)), { mode: content.toString('latin1', at, space), id });
    at = end + 1 + idBytes;
  }
  return entries;
};

const bytesOf = (entries: ReadonlyMap<string, TreeEntry>): Buffer => {
  // a directory stands where its name with a slash would
  const place = ([name, { mode }]: readonly [string, TreeEntry]): string => (mode === directoryMode ? `${name}/` : name);
  const sorted = [...entries].sort((one, other) => (place(one) < place(other) ? -1 : 1));
  return Buffer.concat(sorted.flatMap(([name, { mode, id }]) => [Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(id, 'hex')]));
};
