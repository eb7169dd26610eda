import { readObject } from './read-object.ts';
import { keyOf } from './tree-change.ts';

export interface TreeEntry {
  mode: string;
  id: string;
}

export const directoryMode = '40000';

/**
 * A tree as git stores it: mode, a space, name, a NUL, id. An agent can have any bytes stored as one.
 * @returns by their names; null where it is none
 */
export const entriesOf = (content: Buffer, idBytes: number): Map<string, TreeEntry> | null => {
  const entries = new Map<string, TreeEntry>();
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const end = space === -1 ? -1 : content.indexOf(0, space);
    if (end === -1 || end + 1 + idBytes > content.length) return null;
    const id = content.toString('hex', end + 1, end + 1 + idBytes);
    entries.set(keyOf(content.subarray(space + 1, end)), { mode: content.toString('latin1', at, space), id });
    at = end + 1 + idBytes;
  }
  return entries;
};

/** Such a tree of entries. */
export const treeBytes = (entries: ReadonlyMap<string, TreeEntry>): Buffer => {
  // a directory stands where its name with a slash would
  const place = ([name, { mode }]: readonly [string, TreeEntry]): string => (mode === directoryMode ? `${name}/` : name);
  const sorted = [...entries].sort((one, other) => (place(one) < place(other) ? -1 : 1));
  return Buffer.concat(sorted.flatMap(([name, { mode, id }]) => [Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(id, 'hex')]));
};

/** What a tree holds that has a file of its own. @returns null where git has to be asked */
export const looseTree = (directories: readonly string[], id: string): Map<string, TreeEntry> | null => {
  const found = readObject(directories, id);
  return found?.kind === 'tree' ? entriesOf(found.content, id.length / 2) : null;
};
