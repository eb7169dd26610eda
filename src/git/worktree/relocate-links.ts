import path from 'node:path';
import { isWithin, relocated, relocatedWorktree, type Relocation } from '../../domain/relocation.ts';
import { MakimaError } from '../../errors.ts';
import { isRefused } from '../../files/failure.ts';
import { isThere } from '../../files/look.ts';
import { readPlainFile, rewriteFile } from '../../files/rewrite-file.ts';
import { git, splitNul } from '../command/index.ts';

/** A relocation under way. */
export interface Relocating extends Relocation {
  /** Told of a file that could not be changed, such as in a directory that an agent made read-only. */
  refused: (file: string) => void;
}

export const rewrite = async (relocating: Relocating, file: string, change: (text: string) => string | Promise<string>): Promise<void> => {
  try {
    await rewriteFile(file, change);
  } catch (error) {
    if (!isRefused(error)) throw error;
    relocating.refused(file);
  }
};

/**
 * A path that stands in a file of this directory. A relative one goes on leading where it led: it changes only where it
 * crosses the border of the home.
 */
const relocatedLink = async (relocating: Relocating, directory: string, link: string): Promise<string> => {
  if (path.isAbsolute(link)) return relocated(relocating, link);
  if (await isThere(path.resolve(directory, link))) return link;
  const before = isWithin(directory, relocating.to)
    ? relocating.from.map((from) => from + directory.slice(relocating.to.length))
    : [directory];
  for (const old of before) {
    const target = relocated(relocating, path.resolve(old, link));
    if (await isThere(target)) return path.relative(directory, target);
  }
  return link;
};

/** A file that holds one path after a prefix. */
export const relocateLinkFile = (relocating: Relocating, file: string, prefix = ''): Promise<void> =>
  rewrite(relocating, file, async (text) => {
    const link = text.startsWith(prefix) ? text.slice(prefix.length).replace(/\n$/, '') : '';
    return link === '' || link.includes('\n') ? text : `${prefix}${await relocatedLink(relocating, path.dirname(file), link)}\n`;
  });

/** A worktree's or submodule's `.git` file. What lies outside of a copied home is the original's. */
export const relocateDotGit = async (relocating: Relocating, directory: string): Promise<void> => {
  if (!relocating.isCopy || isWithin(directory, relocating.to))
    await relocateLinkFile(relocating, path.join(directory, '.git'), 'gitdir: ');
};

/** Git's own file of where a linked worktree is: the path of its `.git` file. */
export const relocateGitdirFile = async (relocating: Relocating, adminDir: string): Promise<void> => {
  const found: { dotGit: string | null } = { dotGit: null };
  await rewrite(relocating, path.join(adminDir, 'gitdir'), async (text) => {
    const link = text.replace(/\n$/, '');
    found.dotGit = path.isAbsolute(link)
      ? path.join(relocatedWorktree(relocating, path.dirname(link)), path.basename(link))
      : await relocatedLink(relocating, adminDir, link);
    return `${found.dotGit}\n`;
  });
  if (found.dotGit !== null) await relocateDotGit(relocating, path.dirname(path.resolve(adminDir, found.dotGit)));
};

/** Where a repository borrows objects. */
export const relocateAlternates = (relocating: Relocating, gitDir: string): Promise<void> => {
  const objects = path.join(gitDir, 'objects');
  return rewrite(relocating, path.join(objects, 'info', 'alternates'), async (text) => {
    const lines = text
      .split('\n')
      .map(async (line) => (line === '' || line.startsWith('#') ? line : relocatedLink(relocating, objects, line)));
    return (await Promise.all(lines)).join('\n');
  });
};

/** Every value of a configuration that is a path. By git, since a value may be quoted; it is asked only about a file that has one. */
export const relocateConfig = async (relocating: Relocating, gitDir: string, name: string): Promise<void> => {
  const file = path.join(gitDir, name);
  const text = (await readPlainFile(file))?.text ?? '';
  if (!relocating.from.some((from) => text.includes(from.replace(/["\\]/g, '\\$&'))) && !/^\s*worktree\s*=/im.test(text)) return;
  try {
    const { stdout } = await git(['config', '--file', file, '--no-includes', '--list', '--null']);
    for (const field of splitNul(stdout)) {
      const entry = field.toString('utf8');
      const end = entry.indexOf('\n');
      if (end === -1) continue;
      const [key, value] = [entry.slice(0, end), entry.slice(end + 1)];
      const moved = key === 'core.worktree' ? await relocatedLink(relocating, gitDir, value) : relocated(relocating, value);
      if (moved !== value) await git(['config', '--file', file, '--fixed-value', '--replace-all', key, moved, value]);
      if (key === 'core.worktree') await relocateDotGit(relocating, path.resolve(gitDir, moved));
    }
  } catch (error) {
    // One that an agent broke: nothing of git's works there, as before.
    if (!(error instanceof MakimaError && error.code === 'GIT_FAILED')) throw error;
    relocating.refused(file);
  }
};
