/** A task that is parked by a limit, and a daemon that dies while it is. */
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import { lineOf, scratch } from '../support/daemon.ts';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';

const isParked = async (daemon: DaemonProcess, id: string): Promise<void> => {
  for await (const event of daemon.follow(id)) if (event.type === 'limit' && event.action === 'parked') return;
};

for (const point of ['run ended', 'messages settled', 'parked', 'task settled'])
  void t.test(`killed at "${point}" a task is parked once, and goes on with its session`, async (t) => {
    const home = scratch(t);
    const plan = `UNTIL: ${Math.ceil(Date.now() / 1000) + 3600}`;
    const first = await spawnDaemon(t, home, 'limited-once', {}, point);
    const { body: made } = await first.call('POST', '/tasks', { name: 'limited', plan, start: true });
    await first.gone;
    const daemon = await spawnDaemon(t, home, 'limited-once');
    await isParked(daemon, made.id);
    const { body: parked } = await daemon.call('GET', `/tasks/${made.id}`);
    t.match(parked, { status: 'queued', waitsFor: { kind: 'limit' }, errorMessage: null, sessionId: /./ });
    t.equal((await daemon.call('POST', `/tasks/${made.id}/start`)).status, 202);
    const events: TaskEvent[] = [];
    for await (const event of daemon.follow(made.id)) events.push(event);
    t.match((await daemon.call('GET', `/tasks/${made.id}`)).body, { status: 'done', sessionId: parked.sessionId });
    t.equal(events.filter((event) => event.type === 'limit' && event.action === 'parked').length, 1);
    t.ok(events.some((event) => lineOf(event, 'stdout')?.includes(`It goes on with ${parked.sessionId ?? ''}.`) === true));
  });
