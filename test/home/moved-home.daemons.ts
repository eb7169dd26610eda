import t from 'tap';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, scratch, userRepository, write } from '../support/daemon.ts';
import { spawnDaemon } from '../support/daemon-process.ts';
import { copyHome, doneTask, ended, filesThatName, startTask, taskOf, textOf, until } from './home-fixture.ts';

const agent = 'by-task-name';
const identityOf = (home: string): { id: string; path: string } => JSON.parse(readFileSync(join(home, 'home.json'), 'utf8'));

void t.test('a home that was moved works: list, diff, merge, continue, start again, delete, restore', async (t) => {
  const [base, repository, library] = [scratch(t), userRepository(t), userRepository(t, { 'lib.txt': 'lib\n' })];
  git(repository, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'lib/sub');
  git(repository, 'commit', '-qm', 'a submodule');
  const [home, moved] = [join(base, 'home'), join(base, 'elsewhere', 'moved')];
  const daemon = await spawnDaemon(t, home, agent);
  const { id } = identityOf(home);
  const done = await doneTask(
    daemon,
    'echo one >one.txt && git add one.txt && git -c user.name=U -c user.email=u@example.com commit -qm one --allow-empty && echo two >two.txt',
    { repositoryUrl: repository, isOrchestrator: true },
  );
  const further = await doneTask(daemon, 'echo more >more.txt', { continueFromTaskId: done.id, repositoryUrl: repository });
  const child = await doneTask(daemon, 'echo child >child.txt', { parentTaskId: done.id });
  const gone = await doneTask(daemon, 'echo gone >gone.txt', { repositoryUrl: repository });
  await daemon.call('DELETE', `/tasks/${gone.id}`);
  const diffs = await Promise.all([done, further, child].map((task) => textOf(daemon, `/tasks/${task.id}/diff`)));
  await daemon.kill('SIGTERM');
  mkdirSync(join(base, 'elsewhere'));
  renameSync(home, moved);

  const next = await spawnDaemon(t, moved, agent);
  t.match(next.greeting(), `The home was moved from ${home} to ${moved}`);
  t.match(identityOf(moved), { id, path: moved }, 'it is the same home');
  t.strictSame(filesThatName(moved, `${home}/`), [], 'nothing in it names the old place');
  t.notOk(existsSync(home));
  t.equal((await next.call('GET', '/tasks')).status, 200);
  t.strictSame(await Promise.all([done, further, child].map((task) => textOf(next, `/tasks/${task.id}/diff`))), diffs);
  for (const task of [done, further]) {
    const { overlayPath } = await taskOf(next, task.id);
    t.match(git(overlayPath ?? '', 'status', '--short'), /two.txt/, 'git works in its worktree as its agent calls it');
    const sub = join(overlayPath ?? '', 'lib/sub');
    t.equal(git(sub, 'rev-parse', '--show-toplevel'), sub, 'and in its submodule');
    t.ok(git(sub, 'rev-parse', '--absolute-git-dir').startsWith(`${moved}/`));
  }
  const merged = await next.call('POST', `/tasks/${done.id}/merge`, { sourceBranch: child.branch });
  t.ok(merged.status < 300, JSON.stringify(merged.body));
  t.match(await textOf(next, `/tasks/${done.id}/diff`), /child/);
  const continued = await doneTask(next, 'echo on >on.txt', { continueFromTaskId: done.id, repositoryUrl: repository });
  t.match(await textOf(next, `/tasks/${continued.id}/diff`), /two/);
  await next.call('POST', `/tasks/${done.id}/start`);
  t.equal((await ended(next, done.id)).status, 'done');
  t.equal((await next.call('POST', `/tasks/${gone.id}/worktree/restore`)).status, 200);
  t.match(await textOf(next, `/tasks/${gone.id}/diff`), /gone/);
  for (const task of [continued, further, done, gone]) t.equal((await next.call('DELETE', `/tasks/${task.id}`)).status, 204);
  t.notOk(existsSync(home), 'nothing was made at the old place');
});

void t.test('worktrees that lie outside of a moved home stay where they are, and lead to it', async (t) => {
  const [base, outside, repository] = [scratch(t), scratch(t), userRepository(t)];
  const [home, moved] = [join(base, 'home'), join(base, 'moved')];
  const settings = { MAKIMA_WORKTREE_DIR: outside };
  const daemon = await spawnDaemon(t, home, agent, settings);
  const done = await doneTask(daemon, 'echo one >one.txt', { repositoryUrl: repository });
  await daemon.kill('SIGTERM');
  renameSync(home, moved);
  await t.rejects(
    spawnDaemon(t, moved, agent, { MAKIMA_WORKTREE_DIR: join(home, 'trees') }),
    /MAKIMA_WORKTREE_DIR is .*trees.*before it was moved/,
  );
  const next = await spawnDaemon(t, moved, agent, settings);
  t.match(await textOf(next, `/tasks/${done.id}/diff`), /one/);
  const { overlayPath } = await taskOf(next, done.id);
  t.equal(overlayPath, done.overlayPath);
  t.match(git(overlayPath ?? '', 'status', '--short'), /one.txt/);
  t.equal((await next.call('DELETE', `/tasks/${done.id}`)).status, 204);
  t.notOk(existsSync(overlayPath ?? ''));
});

void t.test('a home of an earlier version that was moved works, and so does one that is called by another name', async (t) => {
  const base = scratch(t);
  const [home, moved, link] = [join(base, 'home'), join(base, 'moved'), join(base, 'link')];
  const daemon = await spawnDaemon(t, home, agent);
  const done = await doneTask(daemon, 'echo one >one.txt');
  const { id } = identityOf(home);
  await daemon.kill('SIGTERM');
  rmSync(join(home, 'home.json'));
  renameSync(home, moved);
  // A new home at the old place is another one.
  await (await spawnDaemon(t, home, agent)).kill('SIGTERM');
  const next = await spawnDaemon(t, moved, agent);
  t.match(await textOf(next, `/tasks/${done.id}/diff`), /one/);
  t.equal(identityOf(moved).id, id, 'it is known by what it said of itself before');
  await next.kill('SIGTERM');
  symlinkSync(moved, link);
  const linked = await spawnDaemon(t, link, agent);
  t.match(await textOf(linked, `/tasks/${done.id}/diff`), /one/);
  await linked.kill('SIGTERM');
  renameSync(moved, join(base, 'third'));
  rmSync(link);
  symlinkSync(join(base, 'third'), link);
  const last = await spawnDaemon(t, link, agent);
  t.match(await textOf(last, `/tasks/${done.id}/diff`), /one/);
  t.equal((await last.call('DELETE', `/tasks/${done.id}`)).status, 204);
});

void t.test('an agent that was at work while its home was moved ends as lost, and its task goes on', async (t) => {
  const base = scratch(t);
  const [home, moved] = [join(base, 'home'), join(base, 'moved')];
  const daemon = await spawnDaemon(t, home, agent);
  const { id } = await startTask(daemon, { name: 'forever' });
  await until(daemon, id, (event) => event.type === 'output' && event.jsonType === 'assistant');
  await daemon.kill('SIGTERM');
  renameSync(home, moved);
  const next = await spawnDaemon(t, moved, agent);
  t.equal((await taskOf(next, id)).status, 'running');
  await next.call('POST', `/tasks/${id}/stop`, { graceful: false });
  t.equal((await ended(next, id)).status, 'interrupted');
  t.notOk(existsSync(home));
});

void t.test('a damaged home.json, one of a newer version, and arguments', async (t) => {
  const [home, copy] = [join(scratch(t), 'home'), join(scratch(t), 'copy')];
  const daemon = await spawnDaemon(t, home, agent);
  const done = await doneTask(daemon, 'echo one >one.txt');
  const { id } = identityOf(home);
  await daemon.kill('SIGTERM');
  write(home, { 'home.json': '{"id"' });
  const next = await spawnDaemon(t, home, agent, {}, null, ['--adopt']);
  t.match(next.greeting(), /home.json was damaged and was written anew[^]*nothing to adopt/);
  t.match(identityOf(home), { id, path: home });
  t.match(await textOf(next, `/tasks/${done.id}/diff`), /one/);
  await next.kill('SIGTERM');
  copyHome(home, copy);
  write(copy, { 'home.json': '[]' });
  await t.rejects(spawnDaemon(t, copy, agent), /is a copy/, 'what is in it tells that it is one');
  writeFileSync(join(copy, 'home.json'), '{"version":2}');
  await t.rejects(spawnDaemon(t, copy, agent), /newer version/);
  await t.rejects(spawnDaemon(t, home, agent, {}, null, ['--adapt']), /"--adapt" is no argument of makima/);
});
