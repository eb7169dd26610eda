import {
  directoryMode,
  entriesOf,
  git,
  looseTree,
  objectDirectories,
  treeBytes,
  type TreeEntry,
  writeObject,
} from '../../command/index.ts';

/** A tree in which some paths are otherwise than in another one: files by their names within a directory, directories below it. */
interface Changes {
  files: Map<string, TreeEntry | null>;
  directories: Map<string, Changes>;
}

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
    return writeObject(repository.objects, tree.length, 'tree', treeBytes(entries));
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

/** The same where all of them have files of their own. */
const looseTrees = (gitDir: string, tree: string, directories: readonly string[]): Map<string, Map<string, TreeEntry>> | null => {
  const objects = objectDirectories(gitDir);
  const found = new Map<string, Map<string, TreeEntry>>();
  // what lies above is before what lies below
  for (const directory of directories.toSorted()) {
    const end = directory.lastIndexOf('/');
    const above = found.get(end === -1 ? '' : directory.slice(0, end));
    const entry = directory === '' ? { mode: directoryMode, id: tree } : above?.get(directory.slice(end + 1));
    if (entry?.mode !== directoryMode) continue;
    const entries = looseTree(objects, entry.id);
    if (entries === null) return null;
    found.set(directory, entries);
  }
  return found;
};

/** @returns the entries of each directory that is there */
const readTrees = async (
  gitDir: string,
  tree: string,
  directories: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, Map<string, TreeEntry>> | null> => {
  const atHand = looseTrees(gitDir, tree, directories);
  if (atHand !== null) return atHand;
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
    if (kind === 'tree') {
      const entries = entriesOf(stdout.subarray(end + 1, end + 1 + length), tree.length / 2);
      if (entries === null) return null;
      found.set(directories[position] ?? '', entries);
    }
    at = end + 1 + length + 1;
  }
  return found.has('') ? found : null;
};
