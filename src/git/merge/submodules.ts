import path from 'node:path';
import { messageOf } from '../../errors.ts';
import { isDirectory } from '../../files/look.ts';
import { commitOf, git, showPath, type TreeChange, withoutForeignFilters } from '../command/index.ts';
import { listSubmodules, type Worktree } from '../worktree/index.ts';

/** A submodule's path and the commit that it is to stand at. */
export interface Link {
  path: Buffer;
  id: string;
}

/** The submodules that changes move, as they are afterwards, or before. */
export const linksOf = (changes: readonly TreeChange[], when: 'before' | 'after'): Link[] =>
  changes.flatMap((change) => {
    const entry = change[when];
    return entry?.mode === '160000' ? [{ path: change.path, id: entry.id }] : [];
  });

/**
 * Brings checked-out submodules to a commit, as git's own merge does not: the worktree would still hold the old one, and so
 * count as having changed it back. A commit that the worktree lacks is fetched from the other's submodule, without a
 * network. One with changes of its own stays as it is.
 *
 * @param from - the worktree that may have the commits, null where there is none
 * @returns what could not be done, in words
 */
export const checkOutSubmodules = async (into: Worktree, from: Worktree | null, links: readonly Link[]): Promise<string[]> => {
  if (links.length === 0) return [];
  const names = new Map((await listSubmodules(into.path)).map(([name, where]) => [where, name]));
  const problems: string[] = [];
  for (const { path: where, id } of links) {
    const name = names.get(where.toString('utf8'));
    if (name === undefined) continue;
    const gitDir = path.join(into.adminDir, 'modules', name);
    // one that was never checked out holds nothing that could be wrong
    if (!(await isDirectory(gitDir))) continue;
    try {
      await checkOut(
        { gitDir, workTree: path.join(into.path, where.toString('utf8')) },
        from === null ? null : path.join(from.adminDir, 'modules', name),
        id,
      );
    } catch (error) {
      problems.push(`The submodule ${showPath(where)} could not be brought to ${id.slice(0, 12)}: ${messageOf(error)}`);
    }
  }
  return problems;
};

const checkOut = async (place: { gitDir: string; workTree: string }, source: string | null, id: string): Promise<void> => {
  if ((await commitOf(place.gitDir, 'HEAD')) === id) return;
  if ((await commitOf(place.gitDir, id)) === null && source !== null && (await isDirectory(source))) {
    await git(['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--', source, 'HEAD'], {
      ...place,
      env: { GIT_ALLOW_PROTOCOL: 'file' },
      config: [['core.alternateRefsCommand', ':']],
    });
  }
  await git(['checkout', '--quiet', '--detach', '--no-recurse-submodules', id, '--'], {
    ...place,
    config: await withoutForeignFilters({ gitDir: place.gitDir }),
  });
};
