import { git, splitNul } from './git-command.ts';
import { looseDiff } from './loose-diff.ts';
import type { TreeChange } from './tree-change.ts';

const absent = '000000';

/** Records as `--raw -z` prints them: `:mode mode id id status`, then the path. */
export const parseRaw = (stdout: Buffer): TreeChange[] => {
  const fields = splitNul(stdout);
  const changes: TreeChange[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [oldMode = '', newMode = '', oldId = '', newId = ''] = (fields[index]?.toString('latin1') ?? '').slice(1).split(' ');
    changes.push({
      path: fields[index + 1] ?? Buffer.alloc(0),
      before: oldMode === absent ? null : { mode: oldMode, id: oldId },
      after: newMode === absent ? null : { mode: newMode, id: newId },
    });
  }
  return changes;
};

/** The files that differ between two trees or commits, renames as what they are: one file gone and one new. */
export const diffTrees = async (gitDir: string, before: string, after: string, signal?: AbortSignal): Promise<TreeChange[]> => {
  if (before === after) return [];
  const atHand = looseDiff(gitDir, before, after);
  if (atHand !== null) return atHand;
  const { stdout } = await git(
    ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', '--no-ext-diff', '--ignore-submodules=none', before, after],
    { gitDir, signal },
  );
  return parseRaw(stdout);
};

/** The lines that `update-index -z --index-info` takes to bring an index to the second tree; what goes comes first, since a file may take the place of a directory. */
export const indexInfo = (changes: readonly TreeChange[]): Buffer =>
  Buffer.concat(
    [...changes.filter(({ after }) => after === null), ...changes.filter(({ after }) => after !== null)].flatMap(
      ({ path, before, after }) => [
        Buffer.from(after === null ? `0 ${'0'.repeat(before?.id.length ?? 40)}\t` : `${after.mode} ${after.id} 0\t`),
        path,
        Buffer.from('\0'),
      ],
    ),
  );

/** Whether a path of one set is one of the other, or lies above or below one. Paths are bytes as latin1. */
export const touch = (some: Iterable<string>, others: ReadonlySet<string>): boolean => {
  const above = new Set<string>();
  for (const path of others) for (const parent of parents(path)) above.add(parent);
  for (const path of some) {
    if (others.has(path) || above.has(path)) return true;
    for (const parent of parents(path)) if (others.has(parent)) return true;
  }
  return false;
};

const parents = (path: string): string[] => {
  const found: string[] = [];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) found.push(path.slice(0, at));
  return found;
};
