/** The daemon is killed while tasks wait: each waits on for the same, and goes on when that is over. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../../schemas/event.ts';
import type { Task } from '../../../schemas/task.ts';
import { spawnDaemon, type DaemonProcess } from '../../support/daemon-process.ts';
import { scratch } from '../../support/daemon.ts';
import { freePort } from '../../support/ports.ts';

t.setTimeout(300_000);

const read = async (daemon: DaemonProcess, id: string, fits: (event: TaskEvent) => boolean): Promise<TaskEvent[]> => {
  const seen: TaskEvent[] = [];
  try {
    for await (const event of daemon.follow(id)) {
      seen.push(event);
      if (fits(event)) return seen;
    }
  } catch (error) {
    // It was killed under the stream.
    if (!(error instanceof TypeError)) throw error;
  }
  return seen;
};
const movesTo =
  (...statuses: Task['status'][]) =>
  (event: TaskEvent): boolean =>
    event.type === 'status' && statuses.includes(event.to);
const moves = (events: readonly TaskEvent[]): string[] => events.flatMap((event) => (event.type === 'status' ? [event.to] : []));
const isEnd = (event: TaskEvent): boolean => event.type === 'end';
const started = async (daemon: DaemonProcess, task: Record<string, unknown>): Promise<Task> => {
  const { status, body } = await daemon.call('POST', '/tasks', { name: 'n', start: true, ...task });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
};
const until = (file: string): string => `until [ -e '${file}' ]; do sleep 0.1; done`;

for (const point of ['blocked', 'unblocked', null]) {
  void t.test(`an orchestrator in wait, ${point === null ? 'while it waits' : `at "${point}"`}`, async (t) => {
    const [home, place] = [scratch(t), scratch(t)];
    const settings = { MAKIMA_MAX_CONCURRENT_TASKS: '1', MAKIMA_PORT: String(await freePort()) };
    const [childDone, otherDone] = [join(place, 'child'), join(place, 'other')];
    const dying = await spawnDaemon(t, home, 'runs-plan', settings, point);
    const plan = `RUN: o=.makima/orchestrate.sh; id=$($o create c 'RUN: ${until(childDone).replaceAll("'", '')}' --start | cut -f1); $o wait $id && $o done`;
    const { id } = await started(dying, { plan, isOrchestrator: true });
    if (point === 'unblocked') writeFileSync(childDone, '');
    await read(dying, id, (event) => point === null && movesTo('blocked')(event));
    if (point === null) await dying.kill('SIGKILL');
    await dying.gone;

    const daemon = await spawnDaemon(t, home, 'runs-plan', settings);
    const other = await started(daemon, { plan: `RUN: ${until(otherDone)}` });
    if (point !== 'unblocked') {
      // It waits still, or again: its slot is another's.
      await read(daemon, other.id, movesTo('running'));
      t.match((await daemon.call('GET', `/tasks/${id}`)).body, { status: 'blocked', waitsFor: { kind: 'subtasks' } });
      writeFileSync(childDone, '');
    }
    writeFileSync(otherDone, '');
    const seen = await read(daemon, id, isEnd);
    const { body } = await daemon.call('GET', `/tasks/${id}`);
    t.match(body, { status: 'done', errorMessage: null, waitsFor: null });
    t.match(moves(seen).join(' '), /^queued initializing starting running( blocked running)+ done$/);
    await read(daemon, other.id, isEnd);
    t.equal((await daemon.call('GET', `/tasks/${other.id}`)).body.status, 'done');
    t.ok(existsSync(childDone));
  });
}

void t.test('what a task depends on ends while there is no daemon', async (t) => {
  const [home, place] = [scratch(t), scratch(t)];
  const dying = await spawnDaemon(t, home, 'runs-plan');
  const on = async (how: string) => {
    const file = join(place, how);
    const first = await started(dying, { plan: `RUN: ${until(file)}; touch '${file}.ended'; ${how}` });
    const task = await started(dying, { plan: 'RUN: :', dependsOn: [first.id] });
    t.match(task.waitsFor, { kind: 'dependency', taskIds: [first.id] });
    await read(dying, first.id, movesTo('running'));
    return { file, first, task };
  };
  const [good, bad, later] = [await on('true'), await on('false'), await on('sh -c true')];
  await dying.kill('SIGKILL');
  for (const { file } of [good, bad]) writeFileSync(file, '');
  const daemon = await spawnDaemon(t, home, 'runs-plan');
  await read(daemon, good.task.id, isEnd);
  await read(daemon, bad.task.id, isEnd);
  t.match((await daemon.call('GET', `/tasks/${good.task.id}`)).body, { status: 'done' });
  t.match((await daemon.call('GET', `/tasks/${bad.task.id}`)).body, { status: 'failed', errorMessage: new RegExp(bad.first.id) });
  t.match((await daemon.call('GET', `/tasks/${later.task.id}`)).body, { status: 'queued', waitsFor: { kind: 'dependency' } });
  writeFileSync(later.file, '');
  await read(daemon, later.task.id, isEnd);
  t.match((await daemon.call('GET', `/tasks/${later.task.id}`)).body, { status: 'done' });
});
