import { objectDirectories, readObject } from './read-object.ts';
import type { TreeChange } from './tree-change.ts';
import { directoryMode, looseTree, type TreeEntry } from './tree-object.ts';

/** With more, git is as quick. */
const maxTrees = 100;
const idForm = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** As git makes them; an old tree may have others, which git tells as one of these. */
const modes: ReadonlySet<string> = new Set(['100644', '100755', '120000', '160000']);

/**
 * The files that differ between two trees or commits, where all that has to be read of them has a file of its own, as what was
 * committed or merged of late has.
 * @returns null where git has to be asked
 */
export const looseDiff = (gitDir: string, before: string, after: string): TreeChange[] | null => {
  if (!idForm.test(before) || !idForm.test(after)) return null;
  const directories = objectDirectories(gitDir);
  const [one, other] = [treeBehind(directories, before), treeBehind(directories, after)];
  if (one === null || other === null) return null;
  const changes: { key: string; change: TreeChange }[] = [];
  let read = 0;
  /** @returns whether all of it could be read */
  const compare = (above: string, from: string | null, to: string | null): boolean => {
    const [old, now] = [from, to].map((id) => (id === null ? new Map<string, TreeEntry>() : looseTree(directories, id)));
    if (old == null || now == null || (read += 2) > maxTrees) return false;
    for (const name of new Set([...old.keys(), ...now.keys()])) {
      const [was, is] = [old.get(name), now.get(name)];
      if (was?.id === is?.id && was?.mode === is?.mode) continue;
      const [inner, innerNow] = [was, is].map((entry) => (entry?.mode === directoryMode ? entry.id : null));
      const [file, fileNow] = [was, is].map((entry) => (entry === undefined || entry.mode === directoryMode ? null : entry));
      if ([file, fileNow].some((entry) => entry != null && !modes.has(entry.mode))) return false;
      const key = `${above}${name}`;
      if (file != null || fileNow != null)
        changes.push({ key, change: { path: Buffer.from(key, 'latin1'), before: file ?? null, after: fileNow ?? null } });
      if ((inner != null || innerNow != null) && !compare(`${key}/`, inner ?? null, innerNow ?? null)) return false;
    }
    return true;
  };
  if (!compare('', one, other)) return null;
  return changes.sort((first, second) => (first.key < second.key ? -1 : 1)).map(({ change }) => change);
};

/** A commit's tree, or the tree that is named. */
const treeBehind = (directories: readonly string[], id: string): string | null => {
  const found = readObject(directories, id);
  if (found?.kind === 'tree') return id;
  return found?.kind === 'commit' ? (/^tree ([0-9a-f]+)\n/.exec(found.content.toString('latin1', 0, 80))?.[1] ?? null) : null;
};
