import t from 'tap';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskEvent } from '../../schemas/event.ts';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';
import { scratch } from '../support/daemon.ts';

const text = (event: TaskEvent): string | null => {
  if (event.type !== 'output' || event.stream !== 'stdout' || event.jsonType !== 'assistant') return null;
  return JSON.parse(event.content).message.content[0].text;
};

/** Reads on from where it was, with the id of the last event seen, until an event fits or the stream ends. */
const readOn = async (daemon: DaemonProcess, taskId: string, seen: TaskEvent[], fits: (event: TaskEvent) => boolean): Promise<void> => {
  for await (const event of daemon.follow(taskId, seen.at(-1)?.id)) {
    seen.push(event);
    if (fits(event)) return;
  }
};

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  void t.test(`an agent goes on while the daemon is gone after ${signal}, and no line is lost or doubled`, async (t) => {
    const home = scratch(t);
    const count = 60;
    let daemon = await spawnDaemon(t, home, 'counts');
    const { body: task } = await daemon.call('POST', '/tasks', { name: 'count', plan: `COUNT: ${count} EVERY: 20`, start: true });
    const seen: TaskEvent[] = [];
    await readOn(daemon, task.id, seen, (event) => text(event) === `line 10 of ${count}`);
    await daemon.kill(signal);
    daemon = await spawnDaemon(t, home, 'counts');
    await readOn(daemon, task.id, seen, (event) => event.type === 'end');

    const { body: after } = await daemon.call('GET', `/tasks/${task.id}`);
    t.equal(after.status, 'done', after.errorMessage ?? '');
    t.strictSame(
      seen.map(text).filter((line) => line !== null),
      Array.from({ length: count }, (_, index) => `line ${index + 1} of ${count}`),
    );
    t.strictSame(
      seen.map(({ id }) => id),
      seen.map(({ id }) => id).toSorted((a, b) => a - b),
      'ids grow over the restart',
    );
    t.equal(new Set(seen.map(({ id }) => id)).size, seen.length);
    t.strictSame(
      seen.flatMap((event) => (event.type === 'status' ? [event.to] : [])),
      ['queued', 'initializing', 'starting', 'running', 'done'],
    );
    t.strictSame(readFileSync(join(after.overlayPath ?? '', '.counted'), 'utf8').split('\n').length - 1, count);
    const again: TaskEvent[] = [];
    await readOn(daemon, task.id, again, () => false);
    t.strictSame(again, seen, 'a replay is what was seen live');
  });
}

void t.test(
  'after a kill a reader goes on from the last id that it saw; an id that was never given out is gone, not waited for',
  async (t) => {
    const home = scratch(t);
    let daemon = await spawnDaemon(t, home, 'counts');
    const { body: task } = await daemon.call('POST', '/tasks', { name: 'count', plan: 'COUNT: 30 EVERY: 20', start: true });
    const seen: TaskEvent[] = [];
    await readOn(daemon, task.id, seen, (event) => text(event) === 'line 10 of 30');
    await daemon.kill('SIGKILL');
    daemon = await spawnDaemon(t, home, 'counts');
    const last = seen.at(-1)?.id ?? 0;
    await readOn(daemon, task.id, seen, (event) => event.type === 'end');
    t.ok((seen.at(-1)?.id ?? 0) > last);
    const newest = await daemon.call('GET', `/tasks/${task.id}/output?after=${seen.at(-1)?.id}`);
    t.match(newest, { status: 200, body: { items: [] } }, 'the newest is no such id');
    const beyond = last + 100_000_000;
    for (const path of [`/tasks/${task.id}/events`, '/events', `/tasks/${task.id}/output`]) {
      const asked: [query: string, headers: Record<string, string>][] = [[`?after=${beyond}`, {}]];
      if (path.endsWith('events')) asked.push(['', { 'last-event-id': String(beyond) }]);
      for (const [query, headers] of asked) {
        const gone = await daemon.call<{ code: string; message: string }>('GET', path + query, undefined, headers);
        t.match(gone, { status: 410, body: { code: 'EVENTS_GONE', message: String(beyond) } }, path);
      }
    }
    for (const accept of ['text/plain', 'application/x-ndjson'])
      t.equal((await daemon.call('GET', `/tasks/${task.id}/output?follow=true&after=${beyond}`, undefined, { accept })).status, 410);
  },
);

void t.test('an agent that ended while the daemon was gone is concluded, and what waited is started', async (t) => {
  const home = scratch(t);
  let daemon = await spawnDaemon(t, home, 'counts', { MAKIMA_MAX_CONCURRENT_TASKS: '1' });
  const { body: first } = await daemon.call('POST', '/tasks', { name: 'first', plan: 'COUNT: 30 EVERY: 10', start: true });
  const { body: second } = await daemon.call('POST', '/tasks', { name: 'second', plan: 'COUNT: 3', start: true });
  const seen: TaskEvent[] = [];
  await readOn(daemon, first.id, seen, (event) => text(event) === 'line 5 of 30');
  const { body: running } = await daemon.call('GET', `/tasks/${first.id}`);
  await daemon.kill('SIGKILL');
  // The agent's own notes tell when it is through.
  const { setTimeout: pause } = await import('node:timers/promises');
  while (readFileSync(join(running.overlayPath ?? '', '.counted'), 'utf8').split('\n').length <= 30) await pause(10);
  daemon = await spawnDaemon(t, home, 'counts', { MAKIMA_MAX_CONCURRENT_TASKS: '1' });
  for (const { id } of [first, second]) {
    const { body } = await daemon.call('GET', `/tasks/${id}/wait?timeout=600`);
    t.equal(body.status, 'done', body.errorMessage ?? '');
  }
});

void t.test('a second daemon on the same home, a busy port and a home that cannot be written are refused', async (t) => {
  const home = scratch(t);
  const daemon = await spawnDaemon(t, home, 'counts');
  await t.rejects(spawnDaemon(t, home, 'counts'), new RegExp(`Another makima daemon runs on ${home}.*pid ${daemon.pid}`));
  await t.rejects(spawnDaemon(t, scratch(t), 'counts', { MAKIMA_PORT: new URL(daemon.url).port }), /in use.*MAKIMA_PORT/);
  await t.rejects(spawnDaemon(t, '/dev/null/home', 'counts'), /MAKIMA_HOME \/dev\/null\/home cannot be used/);
  if (process.platform === 'linux') await t.rejects(spawnDaemon(t, '/proc/home', 'counts'), /MAKIMA_HOME \/proc\/home cannot be used/);
  await t.rejects(spawnDaemon(t, scratch(t), 'counts', { MAKIMA_PORT: 'high' }), /MAKIMA_PORT/);
});
