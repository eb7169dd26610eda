import t from 'tap';
import { startDaemon } from '../support/daemon.ts';

const day = 24 * 3600 * 1000;

void t.test('events of tasks that ended long ago are deleted, and asking for them says so', async (t) => {
  let ahead = 0;
  const daemon = await startDaemon(
    t,
    'says-a-line',
    { MAKIMA_RETENTION_DAYS: '30' },
    { keepEveryMs: 20 },
    { now: () => new Date(Date.now() + ahead) },
  );
  const { id } = await daemon.start({});
  await daemon.ended(id);
  const all = await daemon.events(id);
  ahead = 31 * day;
  const path = `/tasks/${id}/output?after=${all[0]?.id}`;
  let answer = await daemon.call('GET', path);
  while (answer.status === 200) answer = await daemon.call('GET', path);
  t.equal(answer.status, 410);
  t.match(answer.body, { code: 'EVENTS_GONE' });
  const last = all.at(-1);
  const rest = await daemon.call<{ items: unknown[] }>('GET', `/tasks/${id}/output?after=${(last?.id ?? 0) - 1}`);
  t.equal(rest.status, 200, 'what is left can be read');
  t.equal((await daemon.call('GET', `/tasks/${id}`)).body.status, 'done', 'the task itself stays');
});

void t.test('the bounds of tasks and streams are settings, which a refusal names; 0 tasks is no bound', async (t) => {
  const daemon = await startDaemon(t, 'forever', { MAKIMA_MAX_TASKS: '1', MAKIMA_MAX_STREAMS: '1' });
  const { id } = await daemon.start({});
  t.match(await daemon.call('POST', '/tasks', { name: 'n', plan: 'p' }), {
    status: 429,
    body: { code: 'TOO_MANY_TASKS', message: /MAKIMA_MAX_TASKS/ },
  });
  const gone = new AbortController();
  const open = await fetch(`${daemon.app.url}/api/v1/mesh/tasks/${id}/events`, {
    headers: { authorization: `Bearer ${daemon.token}` },
    signal: gone.signal,
  });
  t.equal(open.status, 200);
  t.match(await daemon.call('GET', `/tasks/${id}/events`), {
    status: 429,
    body: { code: 'TOO_MANY_STREAMS', message: /MAKIMA_MAX_STREAMS/ },
  });
  t.match((await daemon.call('GET', '/info')).body, { limits: { maxTasks: 1, maxStreams: 1 } });
  gone.abort();
  const unbounded = await startDaemon(t, 'quick', { MAKIMA_MAX_TASKS: '0' });
  await unbounded.make();
  await unbounded.make();
});

void t.test('beyond a size, the logs of the tasks that ended first go', async (t) => {
  const daemon = await startDaemon(t, 'counts', { MAKIMA_RETENTION_BYTES: '60000' }, { keepEveryMs: 20 });
  const firstEvents: string[] = [];
  for (let number = 0; number < 3; number += 1) {
    const { id } = await daemon.start({ plan: 'COUNT: 60' });
    firstEvents.push(`/tasks/${id}/output?after=${(await daemon.events(id))[0]?.id}`);
  }
  const [first = '', , last = ''] = firstEvents;
  while ((await daemon.call('GET', first)).status === 200);
  t.equal((await daemon.call('GET', last)).status, 200, 'the newest stays');
  const look = async (): Promise<Record<string, number>> => (await daemon.call<{ disk: Record<string, number> }>('GET', '/info')).body.disk;
  let disk = await look();
  // One goes after the other.
  while ((disk['logBytes'] ?? 0) > 60_000) disk = await look();
  t.ok((disk['logBytes'] ?? 0) > 0 && (disk['freeBytes'] ?? 0) > 0);
});

void t.test('a log that grows past its bound is cut off with a word, and the agent goes on', async (t) => {
  const daemon = await startDaemon(t, 'counts', { MAKIMA_MAX_LOG_BYTES: '65536' });
  const { id } = await daemon.start({ plan: 'COUNT: 2000' });
  const task = await daemon.ended(id);
  t.equal(task.status, 'done', task.errorMessage ?? '');
  const events = await daemon.events(id);
  const cut = events.findIndex((event) => event.type === 'output' && event.level === 'warning' && event.content.includes('cut off'));
  t.ok(cut > 0);
  t.notOk(events.slice(cut).some((event) => event.type === 'output' && event.stream === 'stdout'));
  t.equal(events.filter((event) => event.type === 'output' && event.content.includes('cut off')).length, 1);
  t.equal(events.at(-1)?.type, 'end');
});

void t.test('where the disk is about to be full, new work is refused and nothing half-made is left', async (t) => {
  const daemon = await startDaemon(t, 'says-a-line', {}, { minFreeBytes: 2 ** 52 });
  const answer = await daemon.call('POST', '/tasks', { name: 'n', plan: 'p' });
  t.equal(answer.status, 507);
  t.match(answer.body, { code: 'DISK_FULL', message: /MiB are free/ });
  t.strictSame((await daemon.call<{ items: unknown[] }>('GET', '/tasks')).body.items, []);
});
