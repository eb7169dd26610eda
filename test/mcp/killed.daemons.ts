/** The daemon is killed under a client of MCP: the client goes on with the next as if there had been none, and nothing is done twice. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';
import { appears, until } from '../support/appears.ts';
import { scratch } from '../support/daemon.ts';
import { freePort } from '../support/ports.ts';
import { connect, eras } from './client.ts';

t.setTimeout(300_000);

const movesTo = (status: Task['status']) => (event: TaskEvent) => event.type === 'status' && event.to === status;

const reads = async (daemon: DaemonProcess, id: string, fits: (event: TaskEvent) => boolean): Promise<void> => {
  for await (const event of daemon.follow(id)) if (fits(event)) return;
};
const idOf = (data: Record<string, unknown>): string => String(Object(data['task']).id);
/** Longer than anything takes here. */
const patient = { timeout: 600_000 };

for (const era of eras)
  void t.test(`an orchestrator that waits, ${era}`, async (t) => {
    const [home, place] = [scratch(t), scratch(t)];
    const settings = { MAKIMA_MAX_CONCURRENT_TASKS: '1', MAKIMA_PORT: String(await freePort()) };
    const [key, done, childDone, otherDone] = [
      join(place, 'key'),
      join(place, 'done'),
      join(place, 'child'),
      join(place, 'other'),
    ] as const;
    const start = async (daemon: DaemonProcess, task: Record<string, unknown>): Promise<Task> =>
      (await daemon.call('POST', '/tasks', { name: 'n', start: true, ...task })).body;

    const dying = await spawnDaemon(t, home, 'runs-plan', settings);
    const top = await start(dying, {
      isOrchestrator: true,
      plan: `RUN: printf %s "$MAKIMA_API_KEY" > '${key}.new'; mv '${key}.new' '${key}'; ${until(done)}`,
    });
    const { call } = await connect(t, dying.url, { 'x-makima-tool-key': await appears(key) }, era);
    const create = { name: 'Child', plan: `RUN: ${until(childDone)}`, start: true, idempotencyKey: 'child' };
    const child = idOf((await call('create_task', create)).data);
    const broken = t.rejects(call('wait_for_tasks', { seconds: 600 }, patient));
    await reads(dying, top.id, movesTo('blocked'));
    await dying.kill('SIGKILL');
    await broken;

    const daemon = await spawnDaemon(t, home, 'runs-plan', settings);
    t.equal(idOf((await call('create_task', create)).data), child, 'what was made before is not made again');
    const waiting = call('wait_for_tasks', { seconds: 600 }, patient);
    const other = await start(daemon, { plan: `RUN: ${until(otherDone)}` });
    await reads(daemon, other.id, movesTo('running'));
    t.match((await daemon.call('GET', `/tasks/${top.id}`)).body, { status: 'blocked', waitsFor: { kind: 'subtasks', taskIds: [child] } });
    writeFileSync(childDone, '');
    writeFileSync(otherDone, '');
    t.match((await waiting).data, { allEnded: true, ended: [{ id: child, status: 'done' }] });
    t.equal((await daemon.call('GET', `/tasks/${top.id}`)).body.status, 'running', 'it has its slot again');
    await call('start_merge', { subtaskId: child });
    t.match(await call('finish_task', { progressSummary: 'over' }), { isError: false });
    writeFileSync(done, '');
    await reads(daemon, top.id, ({ type }) => type === 'end');
    t.match((await daemon.call('GET', `/tasks/${top.id}`)).body, { status: 'done', progressSummary: 'over', errorMessage: null });
  });

void t.test('a task whose making was not answered', async (t) => {
  const home = scratch(t);
  const settings = { MAKIMA_PORT: String(await freePort()) };
  const dying = await spawnDaemon(t, home, 'runs-plan', settings, 'events committed');
  const headers = { authorization: `Bearer ${readFileSync(join(home, 'token'), 'utf8').trim()}` };
  const { call } = await connect(t, dying.url, headers);
  const create = { name: 'Once', plan: 'RUN: echo once', start: true, idempotencyKey: 'once' };
  await t.rejects(call('create_task', create, patient));
  await dying.gone;
  await spawnDaemon(t, home, 'runs-plan', settings);
  const made = idOf((await call('create_task', create)).data);
  t.match(await call('wait_for_tasks', { taskIds: [made], seconds: 600 }, patient), { data: { ended: [{ status: 'done' }] } });
  t.match((await call('list_tasks')).data['tasks'], { length: 1 });
});
