/** The trees whose packages are measured. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const thisTree = join(import.meta.dirname, '..');

/** Builds a tree's package, the files alone, without the sources: what a user has installed. It goes with this process. */
export const packageOf = (tree: string): string => {
  const made = mkdtempSync(join(tmpdir(), 'mkb-package-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  execFileSync(process.execPath, [join(tree, 'scripts', 'build.ts')], { cwd: tree, stdio: ['ignore', 'ignore', 'inherit'] });
  for (const part of ['bin', 'dist', 'package.json', 'openapi.yaml']) cpSync(join(tree, part), join(made, part), { recursive: true });
  return made;
};

/** Its version, and its commit where it is a clone. */
export const nameOf = (tree: string): string => {
  const { version } = JSON.parse(readFileSync(join(tree, 'package.json'), 'utf8'));
  try {
    const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: tree,
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    });
    return `${version} (${commit.trim()})`;
  } catch {
    return String(version);
  }
};
