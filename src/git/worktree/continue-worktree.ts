import { copyFile, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../files/failure.ts';
import { isDirectory, statOf } from '../../files/look.ts';
import { commitOf, git, withoutForeignFilters } from '../command/index.ts';
import type { Repository } from '../repository/index.ts';
import { clearUnused, linkWorktree, type NewWorktree } from './add-worktree.ts';
import { carryStats } from './copies/carry-stats.ts';
import { committedLinks } from './copies/committed-links.ts';
import { copyEntry } from './copies/copy-entry.ts';
import { copyLinks, reportLinks, type LinkOptions } from './copies/copy-links.ts';
import type { Skipped } from './copies/step.ts';
import { indexOf } from './index-file.ts';
import { makimaDirectory, sealMakimaDirectory } from './makima-directory.ts';
import { headPlaceOf, lentBy, placeOf, requireWorktree, type Worktree } from './worktree.ts';

/** What has changed in the other worktree is read by the agent's first git command there too: of so few files nobody notices. */
const leftToTheAgent = 100;

/** A merge or a cherry-pick under way is part of what a worktree holds. */
const stateFiles = /^(?:index|sharedindex\..*|MERGE_HEAD|MERGE_MSG|MERGE_MODE|CHERRY_PICK_HEAD|REVERT_HEAD|SQUASH_MSG)$/;

/**
 * A new worktree with everything that another one holds: its commits, what is staged, changed, deleted, untracked and
 * ignored, modes, links and empty directories. `.makima/` is not brought along, nor are links that lead out of the worktree
 * and are not committed; those into the other worktree lead into the new one. The other worktree is only read.
 *
 * @param from - a worktree whose agent has ended
 * @param repository - what the new one is made of, the other's own source as a rule
 * @param to - its base is the other's base commit, so that its diff holds the work of both
 * @throws MakimaError WORKTREE_NOT_FOUND, TARGET_EXISTS, DISK_FULL, GIT_FAILED
 */
export const continueWorktree = async (
  from: Worktree,
  repository: Repository,
  to: NewWorktree & Pick<LinkOptions, 'told'>,
): Promise<Worktree> => {
  await requireWorktree(from);
  const { signal } = to;
  const commit = (await commitOf(headPlaceOf(from), 'HEAD', signal)) ?? from.baseCommit;
  const worktree = await linkWorktree(repository, to, { commit, ...lentBy(from) });
  try {
    const began = Date.now();
    await copyContent(from, worktree, to);
    await copyState(from, worktree);
    await sealMakimaDirectory(worktree);
    await refreshIndex(from, worktree, began, signal);
    return worktree;
  } catch (error) {
    await clearUnused(worktree);
    throw error;
  }
};

/** The copies have other inodes: without this the agent's first git command reads every file. */
const refreshIndex = async (from: Worktree, to: Worktree, began: number, signal?: AbortSignal): Promise<void> => {
  const index = indexOf(to);
  if ((await statOf(index)) === null) return;
  const left = await carryStats({ index, from: from.path, to: to.path, began });
  if (left !== null && left <= leftToTheAgent) return;
  const config = await withoutForeignFilters(headPlaceOf(to), signal);
  await git(['update-index', '-q', '--refresh'], { ...placeOf(to), config, signal, answers: [1] });
};

const copyContent = async (from: Worktree, to: Worktree, { signal, told }: Pick<LinkOptions, 'signal' | 'told'>): Promise<void> => {
  const modules = path.join(from.adminDir, 'modules');
  const skip: Skipped[] = ['.git', makimaDirectory].map((name) => ({ name, at: 'top' }));
  const submodules: string[] = [];
  const copied = (relative: Buffer): void => void submodules.push(relative.toString());
  const links = await copyLinks(from.path, to.path, 'leave out', committedLinks(from, signal));
  await copyEntry(Buffer.from(from.path), Buffer.from(to.path), Buffer.alloc(0), {
    existing: 'replace',
    links,
    skip,
    copied,
    told: '.git',
    signal,
  });
  await told?.(reportLinks(links));
  await copyModules(modules, to, signal);
  for (const name of submodules) await moveSubmodule(from, to, name, signal);
};

/** Copies the repositories of submodules, where there are any. Their `.git` files do not lead there yet. */
export const copyModules = async (modules: string, to: Worktree, signal?: AbortSignal): Promise<void> => {
  if (!(await isDirectory(modules))) return;
  const ownModules = path.join(to.adminDir, 'modules');
  await mkdir(ownModules, { recursive: true });
  await copyEntry(Buffer.from(modules), Buffer.from(ownModules), Buffer.alloc(0), {
    existing: 'replace',
    links: await copyLinks(modules, ownModules, 'leave out'),
    signal,
  });
};

/** A submodule's `.git` file leads to the other worktree's modules: it is led to the new one's, and those back to it. */
const moveSubmodule = async (from: Worktree, to: Worktree, dotGit: string, signal?: AbortSignal): Promise<void> => {
  const file = path.join(to.path, dotGit);
  const target = /^gitdir: (.+?)\n?$/s.exec(await readFile(file, 'utf8'))?.[1];
  if (target === undefined) return;
  const inModules = path.relative(path.join(from.adminDir, 'modules'), path.resolve(path.dirname(path.join(from.path, dotGit)), target));
  if (inModules === '' || inModules.startsWith('..') || path.isAbsolute(inModules)) return;
  const gitDir = path.join(to.adminDir, 'modules', inModules);
  await writeFile(file, `gitdir: ${gitDir}\n`);
  await git(['config', '--file', path.join(gitDir, 'config'), 'core.worktree', path.dirname(file)], { signal });
};

const copyState = async (from: Worktree, to: Worktree): Promise<void> => {
  for (const name of await readdir(from.adminDir)) {
    if (!stateFiles.test(name)) continue;
    const target = path.join(to.adminDir, name);
    try {
      const { mtimeMs } = await stat(path.join(from.adminDir, name));
      await copyFile(path.join(from.adminDir, name), target);
      // as for a snapshot's index: never younger than the original
      await utimes(target, Math.floor(mtimeMs / 1000), Math.floor(mtimeMs / 1000));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
};
