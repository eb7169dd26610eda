import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { relocatedCard, type Relocation } from '../../domain/relocation.ts';
import { isRefused } from '../../files/failure.ts';
import { isDirectory, isThere } from '../../files/look.ts';
import {
  relocateAlternates,
  relocateConfig,
  relocateDotGit,
  relocateGitdirFile,
  relocateLinkFile,
  rewrite,
  type Relocating,
} from './relocate-links.ts';
import { cardsDirectory } from './task-card.ts';

const namesIn = async (directory: string): Promise<string[]> => ((await isDirectory(directory)) ? readdir(directory) : []);

/** Submodules' git directories lie below `modules`, under names that may have slashes; they may have submodules themselves. */
const relocateModules = async (relocating: Relocating, modules: string): Promise<void> => {
  for (const name of await namesIn(modules)) {
    const directory = path.join(modules, name);
    if (await isThere(path.join(directory, 'HEAD'))) await relocateGitDir(relocating, directory);
    else await relocateModules(relocating, directory);
  }
};

const relocateGitDir = async (relocating: Relocating, gitDir: string): Promise<void> => {
  await relocateAlternates(relocating, gitDir);
  for (const name of ['config', 'config.worktree']) await relocateConfig(relocating, gitDir, name);
  await relocateModules(relocating, path.join(gitDir, 'modules'));
  for (const name of await namesIn(path.join(gitDir, 'worktrees'))) {
    const adminDir = path.join(gitDir, 'worktrees', name);
    await relocateGitdirFile(relocating, adminDir);
    await relocateLinkFile(relocating, path.join(adminDir, 'commondir'));
    await relocateConfig(relocating, adminDir, 'config.worktree');
    await relocateModules(relocating, path.join(adminDir, 'modules'));
  }
};

/** The cards of the tasks, which say where their worktrees are. */
const relocateCards = async (relocating: Relocating, gitDir: string): Promise<void> => {
  for (const name of await namesIn(path.join(gitDir, cardsDirectory))) {
    const found: { worktree: string | null } = { worktree: null };
    await rewrite(relocating, path.join(gitDir, cardsDirectory, name), (text) => {
      const card = relocatedCard(relocating, text);
      found.worktree = card?.worktree ?? null;
      return card?.text ?? text;
    });
    if (found.worktree !== null) await relocateDotGit(relocating, found.worktree);
  }
};

/**
 * Makes what git and the task cards note of a home's paths lead to where they are now: in its git directories, those of
 * their submodules, and the `.git` files of their worktrees. Can be repeated, and broken off anywhere.
 * @param parents - the directories whose entries are git directories
 * @returns what could not be changed, such as files in a directory that an agent made read-only
 * @throws the system's error where it is no matter of permission, MakimaError DISK_FULL
 */
export const relocateGitDirs = async (parents: readonly string[], relocation: Relocation): Promise<string[]> => {
  const refused: string[] = [];
  const relocating: Relocating = { ...relocation, refused: (file) => void refused.push(file) };
  for (const parent of parents) {
    for (const name of await namesIn(parent)) {
      const gitDir = path.join(parent, name);
      try {
        await relocateGitDir(relocating, gitDir);
        await relocateCards(relocating, gitDir);
      } catch (error) {
        if (!isRefused(error)) throw error;
        refused.push(gitDir);
      }
    }
  }
  return refused;
};
