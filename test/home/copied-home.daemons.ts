import t from 'tap';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnDaemon } from '../support/daemon-process.ts';
import { fingerprint, git, isAlive, scratch, userRepository } from '../support/daemon.ts';
import { removeGroup } from '../support/remove-groups.ts';
import {
  copyHome,
  doneTask,
  ended,
  filesThatName,
  pidOf,
  runsLeft,
  startTask,
  stateOf,
  taskOf,
  textOf,
  workingTask,
} from './home-fixture.ts';

const agent = 'by-task-name';
const idOf = (home: string): string => JSON.parse(readFileSync(join(home, 'home.json'), 'utf8')).id;

void t.test('a copy of a home whose daemon and agent are at work is refused, and the original notices nothing', async (t) => {
  const [home, copy] = [join(scratch(t), 'home'), join(scratch(t), 'copy')];
  const daemon = await spawnDaemon(t, home, agent);
  const working = await workingTask(daemon);
  copyHome(home, copy);
  const before = stateOf(home);
  await t.rejects(spawnDaemon(t, copy, agent), new RegExp(`is a copy.*still stands at ${home}.*MAKIMA_HOME=${home}.*--adopt`));
  t.strictSame(stateOf(home), before);
  t.ok(isAlive(pidOf(home)));
  t.equal((await taskOf(daemon, working.id)).status, 'running');

  // Where the original is stopped it is a copy still.
  await daemon.kill('SIGTERM');
  await t.rejects(spawnDaemon(t, copy, agent), /is a copy/);
  const again = await spawnDaemon(t, home, agent);
  t.equal((await taskOf(again, working.id)).status, 'running', 'the original takes its agent up');
  await again.call('POST', `/tasks/${working.id}/stop`, { graceful: false });
  t.equal((await ended(again, working.id)).status, 'interrupted');
});

void t.test('a copy that is adopted is a home of its own, and nothing that it does reaches the original', async (t) => {
  const [home, copy, repository] = [join(scratch(t), 'home'), join(scratch(t), 'copy'), userRepository(t)];
  const settings = { MAKIMA_MAX_CONCURRENT_TASKS: '1' };
  const daemon = await spawnDaemon(t, home, agent, settings);
  const done = await doneTask(
    daemon,
    'echo one >one.txt && git add one.txt && git -c user.name=U -c user.email=u@example.com commit -qm one --allow-empty && echo two >two.txt',
    { repositoryUrl: repository },
  );
  const working = await workingTask(daemon);
  const waiting = await startTask(daemon, { name: 'runs-plan', plan: 'RUN: true' });
  const diff = await textOf(daemon, `/tasks/${done.id}/diff`);
  t.match(diff, /two/);
  await runsLeft(home, 1);
  copyHome(home, copy);
  const before = stateOf(home);

  const other = await spawnDaemon(t, copy, agent, settings, null, ['--adopt']);
  t.not(idOf(copy), idOf(home));
  t.strictSame(filesThatName(copy, `${home}/`), [], 'nothing in it leads to the original');
  const lost = await taskOf(other, working.id);
  t.match(lost, { status: 'failed', errorMessage: new RegExp(`copied from ${home} while the agent was at work`) });
  t.equal((await taskOf(other, waiting.id)).status, 'interrupted', 'what waits there does not start here');
  const stop = await other.call<{ wasTerminal?: boolean }>('POST', `/tasks/${working.id}/stop`, { graceful: false });
  t.ok(stop.status < 300, JSON.stringify(stop.body));
  t.equal(await textOf(other, `/tasks/${done.id}/diff`), diff);
  const { overlayPath } = await taskOf(other, done.id);
  t.ok(overlayPath?.startsWith(`${copy}/`), overlayPath ?? '');
  t.ok(git(overlayPath ?? '', 'rev-parse', '--absolute-git-dir').startsWith(`${copy}/`), 'git in its worktree works in its repository');

  // Its own tasks go on in it.
  await other.call('POST', `/tasks/${waiting.id}/start`);
  t.equal((await ended(other, waiting.id)).status, 'done');
  await other.call('POST', `/tasks/${done.id}/start`);
  t.equal((await ended(other, done.id)).status, 'done');
  for (const { id } of [done, working, waiting]) t.equal((await other.call('DELETE', `/tasks/${id}`)).status, 204);
  t.notOk(existsSync(overlayPath ?? ''));
  const back = await other.call('POST', `/tasks/${done.id}/worktree/restore`);
  t.ok(back.body.overlayPath?.startsWith(`${copy}/`));
  await other.kill('SIGTERM');
  const third = await spawnDaemon(t, copy, agent, settings);
  t.equal((await taskOf(third, done.id)).id, done.id, 'from then on it starts as any other');

  t.strictSame(stateOf(home), before, 'nothing of the original has changed');
  t.ok(isAlive(pidOf(home)), 'its agent is at work');
  t.equal((await taskOf(daemon, working.id)).status, 'running');
  await daemon.call('POST', `/tasks/${working.id}/stop`, { graceful: false });
  t.equal((await ended(daemon, working.id)).status, 'interrupted');
  t.equal((await ended(daemon, waiting.id)).status, 'done', 'and what waited is started');
});

void t.test('a copy and its original may be at the teardown of the same task at once', async (t) => {
  const [home, copy, gate] = [join(scratch(t), 'home'), join(scratch(t), 'copy'), scratch(t)];
  execFileSync('mkfifo', [join(gate, 'begun'), join(gate, 'go')]);
  const teardown = 'test -z "$GATE" || { echo >"$GATE/begun" && read go <"$GATE/go" && touch "$GATE/through"; }';
  const repository = userRepository(t, { 'makima.json': JSON.stringify({ teardown }) });
  const daemon = await spawnDaemon(t, home, agent, { GATE: gate });
  const { id } = await doneTask(daemon, 'true', { repositoryUrl: repository });
  await runsLeft(home, 0);
  copyHome(home, copy);
  const deleted = daemon.call('DELETE', `/tasks/${id}`);
  await readFile(join(gate, 'begun'));
  const other = await spawnDaemon(t, copy, agent, {}, null, ['--adopt']);
  t.equal((await other.call('DELETE', `/tasks/${id}`)).status, 204);
  await Promise.race([writeFile(join(gate, 'go'), 'go\n'), deleted]);
  t.equal((await deleted).status, 204);
  t.ok(existsSync(join(gate, 'through')), "the original's went to its end");
});

void t.test("worktrees that lie outside of a copied home are the original's", async (t) => {
  const [home, copy, outside] = [join(scratch(t), 'home'), join(scratch(t), 'copy'), scratch(t)];
  const settings = { MAKIMA_WORKTREE_DIR: outside };
  const daemon = await spawnDaemon(t, home, agent, settings);
  const [first, second, kept] = [
    await doneTask(daemon, 'echo two >two.txt'),
    await doneTask(
      daemon,
      'echo one >one.txt && git add . && git -c user.name=U -c user.email=u@example.com commit -qm one && echo three >three.txt',
    ),
    await doneTask(daemon, 'echo four >four.txt'),
  ];
  await runsLeft(home, 0);
  copyHome(home, copy);
  const before = { ...stateOf(home), ...fingerprint(outside, { without: ['.trash'] }) };

  const other = await spawnDaemon(t, copy, agent, settings, null, ['--adopt']);
  t.equal((await other.call('GET', `/tasks/${first.id}/diff`)).status, 404, 'for the copy they are gone');
  await other.call('POST', `/tasks/${first.id}/start`);
  t.match(await ended(other, first.id), { status: 'failed', errorMessage: /exists and is no worktree of/ });
  t.equal((await other.call('DELETE', `/tasks/${second.id}`)).status, 204);
  t.equal((await other.call('DELETE', `/tasks/${first.id}`)).status, 204);
  await other.kill('SIGKILL');
  const again = await spawnDaemon(t, copy, agent);
  const back = await again.call('POST', `/tasks/${second.id}/worktree/restore`);
  t.ok(back.body.overlayPath?.startsWith(`${copy}/`));
  t.equal(readFileSync(join(back.body.overlayPath ?? '', 'one.txt'), 'utf8'), 'one\n', 'what was committed is in the copy too');
  await again.kill('SIGTERM');
  // The state file is lost: the tasks are found again by their cards.
  for (const name of ['state.sqlite', 'state.sqlite-wal', 'state.sqlite-shm']) rmSync(join(copy, name), { force: true });
  const found = await spawnDaemon(t, copy, agent, settings);
  t.equal((await found.call('GET', `/tasks/${kept.id}`)).status, 404);

  t.strictSame({ ...stateOf(home), ...fingerprint(outside, { without: ['.trash'] }) }, before);
  for (const [{ id }, says] of [
    [first, /two/],
    [second, /three/],
    [kept, /four/],
  ] as const)
    t.match(await textOf(daemon, `/tasks/${id}/diff`), says);
});

void t.test('a copy of a home of an earlier version is known by the paths in it', async (t) => {
  const [home, copy] = [join(scratch(t), 'home'), join(scratch(t), 'copy')];
  const daemon = await spawnDaemon(t, home, agent);
  const done = await doneTask(daemon, 'echo one >one.txt');
  rmSync(join(home, 'home.json'));
  await runsLeft(home, 0);
  copyHome(home, copy);
  await t.rejects(spawnDaemon(t, copy, agent), /is a copy/);
  // A deletion is known by the cards alone.
  await daemon.call('DELETE', `/tasks/${done.id}`);
  rmSync(copy, { recursive: true });
  copyHome(home, copy);
  await t.rejects(spawnDaemon(t, copy, agent), /is a copy/);
});

void t.test('a run of another home is gone for this one, whatever is in its directory; one without a home is taken up', async (t) => {
  const home = join(scratch(t), 'home');
  let daemon = await spawnDaemon(t, home, agent);
  const working = await workingTask(daemon);
  const pid = pidOf(home);
  const [run = ''] = readdirSync(join(home, 'runs'));
  const file = join(home, 'runs', run, 'handle.json');
  const handle = JSON.parse(readFileSync(file, 'utf8'));
  t.teardown(async () => {
    process.kill(-pid, 'SIGKILL');
    if (typeof handle.cgroup === 'string') await removeGroup(handle.cgroup);
  });
  t.equal(handle.homeId, idOf(home));
  const startWith = async (changed: object): Promise<void> => {
    await daemon.kill('SIGKILL');
    writeFileSync(file, JSON.stringify(changed));
    daemon = await spawnDaemon(t, home, agent);
  };
  const { homeId, ...withoutHome } = handle;
  await startWith(withoutHome);
  t.equal((await taskOf(daemon, working.id)).status, 'running');
  await startWith({ ...handle, homeId: 'another' });
  t.match(await taskOf(daemon, working.id), { status: 'failed', errorMessage: /of another home/ });
  t.notOk(existsSync(file));
  t.ok(isAlive(pid));
  // One of which the state file knows nothing, which would be ended.
  mkdirSync(join(home, 'runs', run));
  await startWith({ ...handle, homeId: 'another' });
  t.notOk(existsSync(file));
  t.ok(isAlive(pid));
});
