/** A task that is parked by a limit, and a daemon that dies while it is. */
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import { lineOf, scratch } from '../support/daemon.ts';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';
import { runCommand } from '../clients/cli/run-command.ts';

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
    const again = await daemon.call('POST', `/tasks/${made.id}/start`);
    t.equal(again.status, 202, JSON.stringify(again.body));
    const events: TaskEvent[] = [];
    for await (const event of daemon.follow(made.id)) events.push(event);
    t.match((await daemon.call('GET', `/tasks/${made.id}`)).body, { status: 'done', sessionId: parked.sessionId });
    t.equal(events.filter((event) => event.type === 'limit' && event.action === 'parked').length, 1);
    t.ok(events.some((event) => lineOf(event, 'stdout')?.includes(`It goes on with ${parked.sessionId ?? ''}.`) === true));
  });

void t.test(
  'killed while one is parked, nothing else of the account begins, though somebody has spoken to the parked one since',
  async (t) => {
    const home = scratch(t);
    const first = await spawnDaemon(t, home, 'limited-once');
    const { body: parked } = await first.call('POST', '/tasks', { name: 'limited', plan: 'x', start: true });
    await isParked(first, parked.id);
    const { body: other } = await first.call('POST', '/tasks', { name: 'other', plan: 'x', start: true });
    const said = await first.call('POST', `/tasks/${parked.id}/messages`, { message: 'hello' });
    t.equal(said.status, 202, JSON.stringify(said.body));
    await first.kill('SIGKILL');
    const daemon = await spawnDaemon(t, home, 'limited-once');
    t.match(
      (await runCommand(home, ['info'])).out,
      /^Account: claude's has come to its limit, nobody knows when it is over; .* 1 parked$/m,
    );
    t.match((await runCommand(home, ['show', parked.id])).out, /Waits for: +a limit\n +`makima start [0-9a-f]{8}` has it go on before/);
    const { body: waits } = await daemon.call('GET', `/tasks/${other.id}`);
    t.match(waits, { status: 'queued', waitsFor: { kind: 'limit' }, startedAt: null });
  },
);
