import t from 'tap';
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { relocateGitDirs } from '../../src/git/worktree/relocate.ts';
import { git, scratch, write } from '../support/daemon.ts';

const text = (...path: string[]): string => readFileSync(join(...path), 'utf8');

void t.test('absolute and relative paths in git directories, configurations, alternates and .git files, twice', async (t) => {
  const [base, outside] = [scratch(t), scratch(t)];
  const [old, home] = [join(base, 'a "home"; #1'), join(base, 'deeper', 'moved')];
  const shared = join(old, 'caches', 'shared.git');
  const task = join(old, 'repositories', 'task.git');
  git(base, 'init', '-q', '--bare', shared);
  git(base, 'init', '-q', '--bare', task);
  const worktrees = [join(old, 'worktrees', 'absolute'), join(outside, 'relative')];
  const set = (gitDir: string, key: string, value: string): unknown =>
    git(base, 'config', '--file', join(gitDir, 'config'), '--add', key, value);
  git(task, 'config', 'core.bare', 'false');
  set(task, 'core.worktree', worktrees[0] ?? '');
  set(task, 'remote.origin.url', shared);
  set(task, 'remote.origin.fetch', `${old} in the middle of a value`);
  set(task, 'alias.x', `!${old}/x`);
  const modules = join(task, 'modules', 'deep', 'name');
  git(base, 'init', '-q', '--bare', modules);
  git(modules, 'config', 'core.bare', 'false');
  set(modules, 'core.worktree', `../../../../../../../${outside.split('/').at(-1) ?? ''}/relative/sub`);
  write(task, { 'objects/info/alternates': `# shared\n${shared}/objects\n../../../caches/shared.git/objects\n` });
  write(old, { 'worktrees/absolute/.git': `gitdir: ${task}\n`, 'worktrees/absolute/plain': `${old}\n` });
  write(outside, {
    'relative/.git': `gitdir: ../../${base.split('/').at(-1) ?? ''}/a "home"; #1/repositories/task.git\n`,
    'relative/sub/.git': `gitdir: ${modules}\n`,
  });
  const card = (id: string, path: string): Record<string, string> => ({
    [`makima-tasks/${id}.json`]: JSON.stringify({
      version: 1,
      task: { id, overlayPath: path },
      worktree: { path, gitDir: task, adminDir: task },
    }),
  });
  write(task, { ...card('absolute', worktrees[0] ?? ''), ...card('relative', worktrees[1] ?? ''), 'makima-tasks/none.json': '{' });
  // What an agent may have put there.
  symlinkSync(join(outside, 'relative', '.git'), join(old, 'repositories', 'link'));
  write(join(old, 'repositories'), { 'broken.git/config': `[core\nworktree = ${old}\n` });
  mkdirSync(join(base, 'deeper'));
  renameSync(old, home);

  const moved = join(home, 'repositories', 'task.git');
  const relocation = { from: [old], to: home, isCopy: false };
  const parents = ['repositories', 'kept', 'caches'].map((name) => join(home, name));
  const seen = [];
  for (let times = 0; times < 2; times += 1) {
    t.strictSame(
      await relocateGitDirs(parents, relocation),
      [join(home, 'repositories', 'broken.git', 'config')],
      'what could not be read is told',
    );
    t.equal(text(moved, 'objects/info/alternates'), `# shared\n${home}/caches/shared.git/objects\n../../../caches/shared.git/objects\n`);
    t.equal(git(moved, 'config', 'core.worktree'), join(home, 'worktrees', 'absolute'));
    t.equal(git(moved, 'config', 'remote.origin.url'), join(home, 'caches', 'shared.git'));
    t.equal(git(moved, 'config', 'remote.origin.fetch'), `${old} in the middle of a value`);
    t.equal(git(moved, 'config', 'alias.x'), `!${old}/x`, 'no path');
    for (const worktree of [join(home, 'worktrees', 'absolute'), join(outside, 'relative')])
      t.equal(git(worktree, 'rev-parse', '--absolute-git-dir'), moved, worktree);
    t.equal(text(outside, 'relative/sub/.git'), `gitdir: ${moved}/modules/deep/name\n`);
    t.equal(git(join(moved, 'modules/deep/name'), 'rev-parse', '--show-toplevel'), join(outside, 'relative/sub'));
    t.equal(JSON.parse(text(moved, 'makima-tasks/absolute.json')).worktree.gitDir, moved);
    t.equal(text(home, 'worktrees/absolute/plain'), `${old}\n`, "what is in a worktree is the agent's");
    seen.push(statSync(join(moved, 'config')).ino);
  }
  t.equal(seen[0], seen[1], 'nothing is written the second time');
});

void t.test(
  'what cannot be written is told, and holds up nothing',
  { skip: process.getuid?.() === 0 && 'root may write everything' },
  async (t) => {
    const home = scratch(t);
    const card = JSON.stringify({ task: {}, worktree: { path: join(home, 'worktrees/tree') } });
    write(home, { 'worktrees/tree/.git': 'gitdir: /old/repositories/r.git\n', 'repositories/r.git/makima-tasks/t.json': card });
    chmodSync(join(home, 'worktrees/tree'), 0o500);
    t.teardown(() => chmodSync(join(home, 'worktrees/tree'), 0o700));
    t.strictSame(await relocateGitDirs([join(home, 'repositories')], { from: ['/old'], to: home, isCopy: false }), [
      join(home, 'worktrees/tree/.git'),
    ]);
  },
);

void t.test('of a copy nothing outside is written', async (t) => {
  const [home, outside] = [scratch(t), scratch(t)];
  const before = 'gitdir: /old/repositories/r.git\n';
  write(outside, { 'tree/.git': before, 'sub/.git': before });
  const card = JSON.stringify({
    task: { overlayPath: join(outside, 'tree') },
    worktree: { path: join(outside, 'tree'), gitDir: '/old/repositories/r.git' },
  });
  write(home, {
    'repositories/r.git/makima-tasks/t.json': card,
    'repositories/r.git/worktrees/tree/gitdir': `${outside}/tree/.git\n`,
    'repositories/r.git/modules/m/HEAD': 'ref: refs/heads/main\n',
    'repositories/r.git/modules/m/config': `[core]\n\tworktree = ${outside}/sub\n`,
  });
  t.strictSame(await relocateGitDirs([join(home, 'repositories')], { from: ['/old'], to: home, isCopy: true }), []);
  t.equal(text(outside, 'tree/.git'), before);
  t.equal(text(outside, 'sub/.git'), before);
  t.equal(text(home, 'repositories/r.git/worktrees/tree/gitdir'), `${home}/worktrees/tree/.git\n`);
  t.match(JSON.parse(text(home, 'repositories/r.git/makima-tasks/t.json')), {
    task: { overlayPath: `${home}/worktrees/tree` },
    worktree: { path: `${home}/worktrees/tree`, gitDir: `${home}/repositories/r.git` },
  });
});
