import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** git without anybody's configuration. The output, trimmed. */
export const git = async (cwd: string, ...args: string[]): Promise<string> => {
  const env = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', GIT_OPTIONAL_LOCKS: '0' };
  return (await execa('git', ['-c', 'user.name=User', '-c', 'user.email=user@example.com', ...args], { cwd, env })).stdout.trim();
};

/** A repository as people have them: two branches, a commit, something staged, changed, untracked and ignored. */
export const makeUserRepository = async (path: string): Promise<void> => {
  await mkdir(join(path, 'src'), { recursive: true });
  await git(path, 'init', '-q', '-b', 'main');
  await writeFile(join(path, 'README.md'), 'The user’s project\n');
  await writeFile(join(path, 'src/app.txt'), 'one\ntwo\n');
  await writeFile(join(path, '.gitignore'), 'secret.env\n');
  await git(path, 'add', '-A');
  await git(path, 'commit', '-q', '-m', 'First');
  await git(path, 'branch', 'other');
  await writeFile(join(path, 'staged.txt'), 'staged\n');
  await git(path, 'add', 'staged.txt');
  await writeFile(join(path, 'src/app.txt'), 'one\ntwo, not committed\n');
  await writeFile(join(path, 'untracked.txt'), 'untracked\n');
  await writeFile(join(path, 'secret.env'), 'ignored\n');
};

/** Every path below a folder, `.git` included, with its mode and a hash of what it holds. */
export const fingerprint = async (folder: string): Promise<Record<string, string>> => {
  const entries = await readdir(folder, { recursive: true });
  const lines = await Promise.all(
    entries.map(async (path): Promise<[string, string]> => {
      const full = join(folder, path);
      const stat = await lstat(full);
      const content = stat.isSymbolicLink() ? await readlink(full) : stat.isFile() ? await readFile(full) : '';
      return [path, `${stat.mode.toString(8)} ${createHash('sha256').update(content).digest('hex')}`];
    }),
  );
  return Object.fromEntries(lines.sort(([a], [b]) => (a < b ? -1 : 1)));
};
