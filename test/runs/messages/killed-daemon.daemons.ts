/** What is said to an agent reaches it once, wherever the daemon dies on the way. */
import t from 'tap';
import type { WaitingMessage } from '../../../schemas/message.ts';
import { spawnDaemon } from '../../support/daemon-process.ts';
import { lineOf, scratch, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { runSteps } from '../../support/run-steps.ts';

t.setTimeout(300_000);

const told = async (daemon: TestDaemon, id: string): Promise<string[]> =>
  (await daemon.events(id)).flatMap((event) => (event.type === 'message' ? [event.action] : []));
const heard = async (daemon: TestDaemon, id: string, what: string): Promise<number> =>
  (await daemon.said(id)).filter((said) => said === what).length;

void t.test('to one that works', async (t) => {
  for (const dieAt of ['message put', 'message handed', 'message accepted', 'message written']) {
    const home = scratch(t);
    const dying = await spawnDaemon(t, home, 'remembers', {}, dieAt);
    const { id } = (await dying.call('POST', '/tasks', { name: 'Works', plan: 'begin WAIT', start: true })).body;
    for await (const event of dying.follow(id)) if ((lineOf(event, 'stdout') ?? '').includes('begin WAIT')) break;
    await t.rejects(dying.call('POST', `/tasks/${id}/messages`, { message: 'once' }), dieAt);
    await dying.gone;
    const daemon = await startDaemon(t, 'remembers', { MAKIMA_HOME: home });
    await daemon.until(id, (event) => event.type === 'message' && event.action === 'delivered');
    // Interrupted, it takes what it was told meanwhile.
    await daemon.stopped(id);
    t.equal(await heard(daemon, id, 'Heard: begin WAIT | once'), 1, dieAt);
    t.strictSame(await told(daemon, id), ['queued', 'delivered'], dieAt);
    t.strictSame(await daemon.lines(id, 'stdin'), ['once'], dieAt);
    await daemon.close();
  }
});

void t.test('to one that is paused: it waits over the restart', async (t) => {
  const home = scratch(t);
  const killed = await spawnDaemon(t, home, 'remembers');
  const { id } = (await killed.call('POST', '/tasks', { name: 'Works', plan: 'begin WAIT', start: true })).body;
  for await (const event of killed.follow(id)) if ((lineOf(event, 'stdout') ?? '').includes('begin WAIT')) break;
  await killed.call('POST', `/tasks/${id}/pause`);
  for (const message of ['one', 'two'])
    t.match(await killed.call('POST', `/tasks/${id}/messages`, { message }), { status: 202, body: { delivered: false } });
  await killed.kill('SIGKILL');
  const daemon = await startDaemon(t, 'remembers', { MAKIMA_HOME: home });
  const waiting = async () => (await daemon.call<WaitingMessage[]>('GET', `/tasks/${id}/messages`)).body.map(({ message }) => message);
  t.strictSame(await waiting(), ['one', 'two']);
  await daemon.call('POST', `/tasks/${id}/resume`);
  const counted = { delivered: 0 };
  await daemon.until(id, (event) => event.type === 'message' && event.action === 'delivered' && ++counted.delivered === 2);
  t.strictSame(await waiting(), []);
  await daemon.stopped(id);
  t.equal(await heard(daemon, id, 'Heard: begin WAIT | one | two'), 1);
});

void t.test('to one that goes on with its session for it', async (t) => {
  const home = scratch(t);
  const first = await startDaemon(t, 'remembers', { MAKIMA_HOME: home });
  const made = [];
  for (const point of runSteps) made.push((await first.start({ name: point, plan: 'the plan' })).id);
  for (const id of made) await first.ended(id);
  await first.close();
  for (const [index, dieAt] of runSteps.entries()) {
    const id = made[index] ?? '';
    const dying = await spawnDaemon(t, home, 'remembers', {}, dieAt);
    // Where it dies before it answers it has queued the task, or has not.
    await dying.call('POST', `/tasks/${id}/messages`, { message: 'once', resume: true }).catch(() => undefined);
    await dying.gone;
    const daemon = await startDaemon(t, 'remembers', { MAKIMA_HOME: home });
    t.match(await daemon.ended(id), { status: 'done', warnings: [] }, dieAt);
    t.strictSame(await daemon.said(id), ['Heard: the plan', 'Heard: the plan | once'], dieAt);
    t.equal((await told(daemon, id)).at(-1), 'delivered', dieAt);
    await daemon.close();
  }
});
