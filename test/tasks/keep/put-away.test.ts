/** Worktrees whose files are put away, what is kept of them, and how they come back. */
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { FileChange, RemovedWorktree, WorktreeInfo } from '../../../schemas/worktree.ts';
import { fingerprint, git, startDaemon, userRepository, write, type Refusal, type TestDaemon } from '../../support/daemon.ts';

const files = {
  'kept.txt': 'kept\n',
  'gone.txt': 'gone\n',
  'run.sh': 'echo\n',
  '.gitignore': 'node_modules/\n',
  'makima.json': JSON.stringify({
    setup: 'mkdir -p node_modules; echo x >> node_modules/setup',
    teardown: 'echo torn >> "$TMPDIR_OF_TEST/torn"',
  }),
};

const remove = (daemon: TestDaemon, id: string) => daemon.call<RemovedWorktree & Refusal>('DELETE', `/tasks/${id}/worktree`);
const restore = (daemon: TestDaemon, id: string) => daemon.call('POST', `/tasks/${id}/worktree/restore`);
const statuses = async (daemon: TestDaemon, id: string): Promise<string[]> =>
  (await daemon.call<FileChange[]>('GET', `/tasks/${id}/diff`)).body.map(({ path, status }) => `${status} ${path}`).toSorted();

void t.test('a worktree that was put away comes back as it was, by a restore and by a start', async (t) => {
  const notes = t.testdir({});
  process.env['TMPDIR_OF_TEST'] = notes;
  t.teardown(() => Reflect.deleteProperty(process.env, 'TMPDIR_OF_TEST'));
  const daemon = await startDaemon(t, 'runs-plan');
  const { id } = await daemon.start({ repositoryUrl: userRepository(t, files), plan: 'RUN: true' });
  const path = (await daemon.ended(id)).overlayPath ?? '';
  write(path, { 'committed.txt': 'c\n' });
  git(path, 'add', 'committed.txt');
  git(path, 'commit', '-q', '-m', 'by the agent');
  write(path, { 'kept.txt': 'changed\n', 'untracked/a b.txt': 'u\n', 'staged.txt': 's\n' });
  chmodSync(join(path, 'run.sh'), 0o755);
  symlinkSync('kept.txt', join(path, 'link'));
  rmSync(join(path, 'gone.txt'));
  git(path, 'add', 'staged.txt');
  const without = ['.git', '.makima', 'node_modules'];
  const before = fingerprint(path, { without });
  const changes = await statuses(daemon, id);

  const removed = await remove(daemon, id);
  t.equal(removed.status, 200, JSON.stringify(removed.body));
  t.equal(removed.body.path, path);
  t.ok(removed.body.bytes > 0);
  t.notOk(existsSync(path));
  t.equal(readFileSync(join(notes, 'torn'), 'utf8'), 'torn\n', 'the teardown has run');
  t.match(await daemon.call('GET', `/tasks/${id}`), { status: 200, body: { status: 'done', overlayPath: null } });
  const away = await daemon.call<WorktreeInfo>('GET', `/tasks/${id}/worktree`);
  t.match(away.body, { path, exists: false });
  t.ok(Date.parse(away.body.awaySince ?? '') > 0);
  for (const [method, what, body] of [
    ['GET', 'diff', undefined],
    ['POST', 'worktree/clone', { targetDir: join(notes, 'clone') }],
    ['POST', 'completion', { action: 'branch', targetRepoPath: userRepository(t) }],
    ['DELETE', 'worktree', undefined],
  ] as const) {
    const refused = await daemon.call<Refusal>(method, `/tasks/${id}/${what}`, body);
    t.match(refused, { status: 404, body: { code: 'WORKTREE_NOT_FOUND' } }, what);
    t.match(refused.body.message, /was put away on .*makima restore/, what);
  }

  t.match(await restore(daemon, id), { status: 200, body: { overlayPath: path, status: 'done' } });
  t.strictSame(fingerprint(path, { without }), before);
  t.strictSame(await statuses(daemon, id), changes);
  t.match((await daemon.call<WorktreeInfo>('GET', `/tasks/${id}/worktree`)).body, { exists: true, awaySince: null });
  t.notOk(existsSync(join(path, 'node_modules')), 'what git ignores is not kept');
  t.equal((await restore(daemon, id)).status, 409, 'it is there');

  t.equal((await remove(daemon, id)).status, 200, 'and once more');
  t.equal((await daemon.call('POST', `/tasks/${id}/start`)).status, 202);
  t.match(await daemon.ended(id), { status: 'done', overlayPath: path });
  t.strictSame(fingerprint(path, { without }), before);
  t.strictSame(await statuses(daemon, id), changes);
  t.equal(readFileSync(join(path, 'node_modules/setup'), 'utf8'), 'x\n', 'setup has run again');
  t.ok((await daemon.lines(id, 'system')).some((line) => line.startsWith('Brought back the worktree')));
  t.match(git(path, 'log', '--format=%s', '-1'), 'by the agent');

  t.equal((await remove(daemon, id)).status, 200);
  t.equal((await daemon.call('DELETE', `/tasks/${id}?worktree=keep`)).status, 204, 'of one that is away nothing can be left where it is');
  t.match(await restore(daemon, id), { status: 200, body: { overlayPath: path } }, 'so it is kept');
  t.strictSame(fingerprint(path, { without }), before);
});
