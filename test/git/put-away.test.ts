/** A worktree that was put away comes back byte for byte, whatever it held. */
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { keepSnapshot } from '../../src/git/snapshot/index.ts';
import { addWorktree, restoreWorktree, stepAside } from '../../src/git/worktree/index.ts';
import { isolate, open, sh, userRepository, wantedOf } from './git-fixture.ts';

const name = fc.constantFrom('a', 'b', 'c d', 'é', '-x', 'g\tt');
const place = fc.array(name, { minLength: 1, maxLength: 3 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('file' as const), place, bytes: fc.uint8Array({ maxLength: 40 }), executable: fc.boolean() }),
  fc.record({ kind: fc.constant('link' as const), place, to: fc.constantFrom('a', '../..', 'nowhere/é') }),
  fc.record({ kind: fc.constant('remove' as const), place }),
  fc.record({ kind: fc.constant('stage' as const) }),
  fc.record({ kind: fc.constant('commit' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What stands in the way goes first, as somebody who does it by hand would have to. */
const apply = (root: string, done: Step): void => {
  if (done.kind === 'stage' || done.kind === 'commit') {
    sh(root, 'add', '-A');
    if (done.kind === 'commit') sh(root, 'commit', '-q', '--allow-empty', '-m', 'c');
    return;
  }
  const file = path.join(root, ...done.place);
  try {
    if (done.kind === 'remove') rmSync(file, { recursive: true });
    else {
      mkdirSync(path.dirname(file), { recursive: true });
      rmSync(file, { recursive: true, force: true });
      if (done.kind === 'link') symlinkSync(done.to, file);
      else {
        writeFileSync(file, done.bytes);
        chmodSync(file, done.executable ? 0o755 : 0o644);
      }
    }
  } catch {
    // A file or a link stands where a directory would have to.
  }
};

/** Kinds, modes and contents by path. Directories that hold nothing are not git's to keep; a link is not followed. */
const filesOf = (root: string, at = ''): Record<string, string> => {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(path.join(root, at), { withFileTypes: true })) {
    const file = path.join(at, entry.name);
    if (file === '.git' || file === '.makima') continue;
    const absolute = path.join(root, file);
    if (entry.isDirectory()) Object.assign(found, filesOf(root, file));
    else if (entry.isSymbolicLink()) found[file] = `-> ${readlinkSync(absolute)}`;
    else found[file] = `${lstatSync(absolute).mode.toString(8)} ${readFileSync(absolute).toString('hex')}`;
  }
  return found;
};

void t.test('files, modes and links of any name, staged, committed or neither, and once more after it', async (t) => {
  const home = isolate(t);
  process.umask(0o022);
  const source = userRepository(path.join(home, 'user'), { a: 'a\n', 'b/a': 'ba\n' });
  sh(source, 'config', 'core.fileMode', 'true');
  const repository = await open(home, source);
  const wanted = await wantedOf(home, repository);
  const { worktree } = await addWorktree(repository, wanted);
  const worktrees = path.dirname(worktree.path);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      for (const each of steps) apply(worktree.path, each);
      const before = filesOf(worktree.path);
      const head = sh(worktree.path, 'rev-parse', 'HEAD');
      t.ok(await keepSnapshot(worktree, 'x'));
      await stepAside(worktree, worktrees).drop();
      await restoreWorktree(worktree, 'x', { keptDir: wanted.keptDir, gitDir: worktree.gitDir, isAway: true });
      t.strictSame(filesOf(worktree.path), before);
      t.equal(sh(worktree.path, 'rev-parse', 'HEAD'), head);
    }),
    { numRuns: 12 },
  );
});
