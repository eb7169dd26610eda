import t from 'tap';
import { relocated, relocatedCard, relocatedRecord, type Relocation } from '../../src/domain/relocation.ts';

void t.test('a path in the old place is one in the new, every other stays; done again it stays as well', (t) => {
  const cases: [from: string[], to: string, path: string, is: string][] = [
    [['/a/home'], '/b/home', '/a/home/worktrees/x', '/b/home/worktrees/x'],
    [['/a/home'], '/b/home', '/a/home', '/b/home'],
    [['/a/home'], '/b/home', '/a/home2/x', '/a/home2/x'],
    [['/a/home'], '/b/home', 'a/home/x', 'a/home/x'],
    [['/a/home'], '/b/home', '/b/home/x', '/b/home/x'],
    [['/a', '/a/home'], '/b', '/a/home/x', '/b/x'],
    [['/a/home'], '/a', '/a/home/x', '/a/x'],
    [['/a/home'], '/a/home/inner', '/a/home/worktrees/x', '/a/home/inner/worktrees/x'],
    [['/a/home'], '/a/home/inner', '/a/home/inner/worktrees/x', '/a/home/inner/worktrees/x'],
  ];
  for (const [from, to, path, is] of cases) {
    const once = relocated({ from, to }, path);
    t.equal(once, is, `${path} from ${from.join()} to ${to}`);
    t.equal(relocated({ from, to }, once), is);
  }
  t.end();
});

void t.test('a worktree outside of a moved home stays, one outside of a copy is none of its own', (t) => {
  const record = { path: '/trees/x-1', gitDir: '/a/home/repositories/r.git', origin: 'https://example.org/r', sourcePath: null };
  const moved: Relocation = { from: ['/a/home'], to: '/b/home', isCopy: false };
  t.strictSame(relocatedRecord(moved, record), { ...record, gitDir: '/b/home/repositories/r.git' });
  const copied = relocatedRecord({ ...moved, isCopy: true }, record);
  t.strictSame(copied, { ...record, gitDir: '/b/home/repositories/r.git', path: '/b/home/worktrees/x-1' });
  t.strictSame(relocatedRecord({ ...moved, isCopy: true }, copied), copied, 'done again it stays');
  t.equal(relocatedRecord(moved, null), null);
  t.end();
});

void t.test('of a card the paths change, and not what the user wrote', (t) => {
  const relocation: Relocation = { from: ['/a/home'], to: '/b/home', isCopy: false };
  const card = (home: string) => ({
    version: 1,
    task: {
      name: 'x',
      plan: '/a/home/notes say what to do',
      overlayPath: `${home}/worktrees/x`,
      repositoryUrl: null,
      targetRepoPath: `${home}/target`,
    },
    worktree: { path: `${home}/worktrees/x`, adminDir: `${home}/repositories/r.git/worktrees/x` },
    isDeleted: true,
  });
  const moved = relocatedCard(relocation, JSON.stringify(card('/a/home')));
  t.equal(moved?.worktree, '/b/home/worktrees/x');
  t.strictSame(JSON.parse(moved?.text ?? ''), card('/b/home'));
  for (const text of ['{"tas', '[]', 'null', '{"worktree":{}}']) t.equal(relocatedCard(relocation, text), null, text);
  t.end();
});
