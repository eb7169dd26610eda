import t from 'tap';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '../../schemas/task.ts';
import { git, scratch, startDaemon, userRepository, write, type Refusal } from '../support/daemon.ts';

void t.test('a deleted worktree is had back with its task: commits, changes and untracked files', async (t) => {
  const daemon = await startDaemon(t, 'says-a-line');
  const { id } = await daemon.start({ repositoryUrl: userRepository(t, { 'kept.txt': 'kept\n', 'gone.txt': 'gone\n' }) });
  const task = await daemon.ended(id);
  const path = task.overlayPath ?? '';
  write(path, { 'committed.txt': 'c\n' });
  git(path, 'add', 'committed.txt');
  git(path, 'commit', '-q', '-m', 'by the agent');
  write(path, { 'kept.txt': 'changed\n', 'untracked.txt': 'u\n' });
  rmSync(join(path, 'gone.txt'));
  const before = [git(path, 'log', '--format=%s'), git(path, 'status', '--porcelain')];

  t.equal((await daemon.call('POST', `/tasks/${id}/worktree/restore`)).status, 409, 'it is there');
  t.equal((await daemon.call('DELETE', `/tasks/${id}`)).status, 204);
  t.notOk(existsSync(path));
  t.equal((await daemon.call('GET', `/tasks/${id}`)).status, 404);
  const restored = await daemon.call('POST', `/tasks/${id}/worktree/restore`);
  t.match(restored, { status: 200, body: { id, name: task.name, plan: task.plan, status: 'done', overlayPath: path } });
  t.strictSame([git(path, 'log', '--format=%s'), git(path, 'status', '--porcelain')], before);
  t.equal(readFileSync(join(path, 'kept.txt'), 'utf8'), 'changed\n');
  const files = await daemon.call<{ path: string; status: string }[]>('GET', `/tasks/${id}/diff`);
  t.strictSame(files.body.map(({ path, status }) => `${status} ${path}`).toSorted(), [
    'added committed.txt',
    'added untracked.txt',
    'deleted gone.txt',
    'modified kept.txt',
  ]);
  t.equal((await daemon.call('POST', `/tasks/${id}/start`)).status, 202);
  t.equal((await daemon.ended(id)).status, 'done', 'and worked in again');
  t.match(await daemon.call('POST', '/tasks/0123abcd-0000-4000-8000-000000000000/worktree/restore'), {
    status: 404,
    body: { code: 'TASK_NOT_FOUND' },
  });
});

void t.test(
  'a subtask comes back to its parent: after it, or as a task of its own where that is asked for or the parent is lost',
  async (t) => {
    const daemon = await startDaemon(t, 'says-a-line');
    const restore = (id: string, query = '') => daemon.call<Task & Refusal>('POST', `/tasks/${id}/worktree/restore${query}`);
    const family = async (): Promise<[parent: Task, children: Task[]]> => {
      const parent = await daemon.ended((await daemon.start({ name: 'leads', isOrchestrator: true })).id);
      const child = async (): Promise<Task> => daemon.ended((await daemon.start({ parentTaskId: parent.id })).id);
      return [parent, await Promise.all([child(), child()])];
    };
    const [parent, [one, other]] = await family();
    t.ok(one && other);
    if (!one || !other) return;
    t.equal((await daemon.call('DELETE', `/tasks/${parent.id}`)).status, 204);
    const refused = await restore(one.id);
    t.match(refused, { status: 409, body: { code: 'PARENT_DELETED', parentTaskId: parent.id } });
    t.match(refused.body.message, /\("leads"\).*POST \/tasks\/\{parentTaskId\}\/worktree\/restore.*\?parentTaskId=none/);
    t.notOk(existsSync(one.overlayPath ?? ''), 'nothing came back');
    t.match(await restore(other.id, '?parentTaskId=none'), { status: 200, body: { parentTaskId: null, depth: 0 } });
    t.ok((await daemon.lines(other.id, 'system')).some((line) => line.includes(parent.id) && line.includes('of its own')));
    t.equal((await restore(parent.id)).status, 200);
    t.match(await restore(one.id), { status: 200, body: { parentTaskId: parent.id, depth: 1 } });
    t.strictSame(
      (await daemon.call<Task[]>('GET', `/tasks/${parent.id}/subtasks`)).body.map(({ id }) => id),
      [one.id],
    );

    const [lost, [orphan]] = await family();
    if (!orphan) return;
    t.equal((await daemon.call('DELETE', `/tasks/${orphan.id}`)).status, 204);
    t.equal((await daemon.call('DELETE', `/tasks/${lost.id}?worktree=keep`)).status, 204);
    t.match(await restore(orphan.id), { status: 200, body: { parentTaskId: null, depth: 0 } }, 'of the parent nothing was kept');
    t.ok((await daemon.lines(orphan.id, 'system')).some((line) => line.includes(lost.id)));
  },
);

void t.test('a deletion in the middle of which the daemon died is finished at the next start', async (t) => {
  const home = scratch(t);
  let daemon = await startDaemon(
    t,
    'says-a-line',
    { MAKIMA_HOME: home },
    {},
    {
      reached: (point) => {
        if (point === 'rows deleted') throw new Error('the daemon dies here');
      },
    },
  );
  const { id } = await daemon.start({});
  const { overlayPath } = await daemon.ended(id);
  t.equal((await daemon.call('DELETE', `/tasks/${id}`)).status, 500);
  t.ok(existsSync(overlayPath ?? ''));
  await daemon.close();
  daemon = await startDaemon(t, 'says-a-line', { MAKIMA_HOME: home });
  t.notOk(existsSync(overlayPath ?? ''));
  t.strictSame(
    readdirSync(join(home, 'events')).filter((name) => name.endsWith('.log')),
    [],
  );
  t.equal((await daemon.call('POST', `/tasks/${id}/worktree/restore`)).status, 200, 'and can be had back');
});

void t.test('by a card that an agent wrote nothing is removed, nor made a task of', async (t) => {
  const home = scratch(t);
  let daemon = await startDaemon(t, 'says-a-line', { MAKIMA_HOME: home });
  const theirs = userRepository(t, { 'theirs.txt': 't\n' });
  const { id } = await daemon.start({ repositoryUrl: userRepository(t) });
  const { overlayPath } = await daemon.ended(id);
  const cards = join(home, 'repositories', `${id}.git`, 'makima-tasks');
  const own = readFileSync(join(cards, `${id}.json`), 'utf8').replaceAll(JSON.stringify(overlayPath), JSON.stringify(theirs));
  const other = '0123abcd-0000-4000-8000-000000000000';
  t.equal((await daemon.call('DELETE', `/tasks/${id}?worktree=keep`)).status, 204);
  await daemon.close();
  for (const isDeleted of [true, false]) {
    for (const name of [id, other])
      writeFileSync(
        join(cards, `${name}.json`),
        own
          .replaceAll(id, (found, at: number) => (at === own.indexOf(id) ? name : found))
          .replace(/"isDeleted":\w+/, `"isDeleted":${isDeleted}`),
      );
    if (!isDeleted) for (const name of readdirSync(home)) if (name.startsWith('state.')) rmSync(join(home, name));
    daemon = await startDaemon(t, 'says-a-line', { MAKIMA_HOME: home });
    t.ok(existsSync(join(theirs, 'theirs.txt')), `isDeleted ${isDeleted}`);
    t.match(await daemon.call('GET', '/tasks'), { body: { items: [] } });
    await daemon.close();
  }
});

for (const [how, damage] of [
  ['lost', (file: string) => rmSync(file)],
  ['damaged', (file: string) => writeFileSync(file, 'no database')],
] as const) {
  void t.test(`with a ${how} state file the daemon starts anew and finds the worktrees`, async (t) => {
    const home = scratch(t);
    let daemon = await startDaemon(t, 'says-a-line', { MAKIMA_HOME: home });
    const { body: parent } = await daemon.call('POST', '/tasks', { name: 'leads', plan: 'p', isOrchestrator: true, start: true });
    await daemon.ended(parent.id);
    const { id } = await daemon.start({ name: 'a part', parentTaskId: parent.id });
    const task = await daemon.ended(id);
    write(task.overlayPath ?? '', { 'work.txt': 'hours of it\n' });
    const seen = await daemon.events(id);
    await daemon.close();
    for (const name of readdirSync(home).filter((name) => /^state\.sqlite-/.test(name))) rmSync(join(home, name));
    damage(join(home, 'state.sqlite'));

    daemon = await startDaemon(t, 'says-a-line', { MAKIMA_HOME: home });
    const found = await daemon.call('GET', `/tasks/${id}`);
    t.match(found, { status: 200, body: { name: 'a part', parentTaskId: parent.id, overlayPath: task.overlayPath, branch: task.branch } });
    t.match((await daemon.call('GET', `/tasks/${id}/diff`)).body, [{ path: 'work.txt', status: 'added' }]);
    t.strictSame((await daemon.events(id)).slice(0, seen.length), seen, 'its log is there');
    t.equal(
      readdirSync(home).some((name) => name.startsWith('state.sqlite.damaged-')),
      how === 'damaged',
    );
    t.equal((await daemon.call('POST', `/tasks/${id}/start`)).status, 202);
    const again = await daemon.ended(id);
    t.equal(again.status, 'done');
    const statuses = (await daemon.events(id)).flatMap((event) => (event.type === 'status' ? [event.to] : []));
    t.strictSame(
      statuses.slice(-5),
      ['queued', 'initializing', 'starting', 'running', 'done'],
      'no event of the new run is taken for an old one',
    );
    t.equal((await daemon.call('DELETE', `/tasks/${parent.id}`)).status, 204);
  });
}

void t.test('a tree and what is below it are deleted by several at once, and each hears that it is gone', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name');
  const parent = await daemon.start({ name: 'forever', isOrchestrator: true });
  await daemon.until(parent.id, ({ type }) => type === 'output');
  const subtasks = await Promise.all([1, 2, 3].map(() => daemon.start({ name: 'cheap', parentTaskId: parent.id })));
  for (const { id } of subtasks) await daemon.ended(id);
  await daemon.stopped(parent.id, { graceful: false });
  const answers = await Promise.all([parent, ...subtasks].map(({ id }) => daemon.call<unknown>('DELETE', `/tasks/${id}`)));
  t.strictSame(
    answers.filter(({ status }) => status !== 204 && status !== 404).map(({ body }) => body),
    [],
  );
  t.equal((await daemon.call('GET', `/tasks/${parent.id}`)).status, 404);
  t.strictSame(
    readdirSync(join(daemon.home, 'worktrees')).filter((name) => name !== '.trash'),
    [],
  );
});
