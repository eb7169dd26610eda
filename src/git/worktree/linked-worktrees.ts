import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../files/failure.ts';
import { isDirectory } from '../../files/look.ts';
import { readPlainText } from '../../files/rewrite-file.ts';
import { requirePlain } from '../repository/index.ts';
import { leadsBack } from './dot-git.ts';
import type { Worktree } from './worktree.ts';

/** A worktree that an agent made of its task's repository, as `git worktree add` does, and agents do for their own helpers. */
export interface LinkedWorktree {
  path: string;
  adminDir: string;
  commonDir: string;
  /** The commit of a detached HEAD, null where HEAD names a branch. */
  head: string | null;
}

/**
 * The linked worktrees of a task's repository, its own apart, read off its files.
 * @param worktree - `gitDir` was held to `requirePlainGitData`
 * @throws MakimaError GIT_FAILED
 */
export const linkedWorktrees = async ({ gitDir, adminDir: own }: Pick<Worktree, 'gitDir' | 'adminDir'>): Promise<LinkedWorktree[]> => {
  const parent = path.join(gitDir, 'worktrees');
  const entries = await readdir(parent, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const found: LinkedWorktree[] = [];
  for (const entry of entries) {
    const adminDir = path.join(parent, entry.name);
    if (adminDir === own || !entry.isDirectory()) continue;
    const [dotGit, head] = [
      (await readPlainText(path.join(adminDir, 'gitdir')))?.trim(),
      (await readPlainText(path.join(adminDir, 'HEAD')))?.trim(),
    ];
    if (dotGit === undefined) continue;
    const directory = path.dirname(path.resolve(adminDir, dotGit));
    if (await isDirectory(directory)) {
      if (!(await leadsBack(directory, adminDir))) continue;
      await requirePlain(adminDir);
    }
    found.push({
      path: await realpath(directory).catch(() => directory),
      adminDir,
      commonDir: gitDir,
      head: head !== undefined && /^[0-9a-f]{40,64}$/.test(head) ? head : null,
    });
  }
  return found;
};
