/** An agent whose account has come to a limit: its task is parked, and goes on with its session. */
import t from 'tap';
import type { Task } from '../../schemas/task.ts';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Info } from '../../schemas/info.ts';
import { scratch, startDaemon, type TestDaemon } from '../support/daemon.ts';

const soon = (seconds: number): string => `UNTIL: ${Math.ceil(Date.now() / 1000) + seconds}`;
const isLimit =
  (action: string) =>
  (event: TaskEvent): boolean =>
    event.type === 'limit' && event.action === action;
const parked = async (daemon: TestDaemon, task: Record<string, unknown>): Promise<Task> => {
  const { id } = await daemon.start({ name: 'limited-once', ...task });
  await daemon.until(id, isLimit('parked'));
  return (await daemon.call('GET', `/tasks/${id}`)).body;
};
const usageLimits = async (daemon: TestDaemon): Promise<unknown> => (await daemon.call<Info>('GET', '/info')).body.usageLimits;

void t.test('a task is parked and not failed, others wait, and a word has it go on with its session', async (t) => {
  const home = scratch(t);
  let daemon = await startDaemon(t, 'by-task-name', { MAKIMA_HOME: home });
  const plan = soon(3600);
  const until = new Date(Number(plan.slice(7)) * 1000).toISOString();
  const limit = { kind: 'limit', until };
  const task = await parked(daemon, { plan });
  t.match(task, { status: 'queued', waitsFor: limit, errorMessage: null, sessionId: /./, overlayPath: /limited-once/ });
  t.match(await usageLimits(daemon), [{ agent: 'claude', until, since: /^20/ }]);
  const other = await daemon.start({ name: 'says-a-line' });
  t.match((await daemon.call('GET', `/tasks/${other.id}`)).body, { status: 'queued', waitsFor: limit });
  const stopped = await parked(await startDaemon(t, 'by-task-name'), { plan }).catch(() => null);
  t.match(stopped, { status: 'queued' }, 'another home knows nothing of it');

  await daemon.close();
  daemon = await startDaemon(t, 'by-task-name', { MAKIMA_HOME: home });
  for (const id of [task.id, other.id]) t.match((await daemon.call('GET', `/tasks/${id}`)).body, { status: 'queued', waitsFor: limit });
  t.match(await usageLimits(daemon), [{ agent: 'claude', until, parked: 1 }], 'over a restart, too');

  const { status } = await daemon.call('POST', `/tasks/${task.id}/start`);
  t.equal(status, 202);
  t.match(await daemon.ended(task.id), { status: 'done', sessionId: task.sessionId });
  t.match((await daemon.said(task.id)).at(-1), `It goes on with ${task.sessionId ?? ''}.`);
  t.equal((await daemon.ended(other.id)).status, 'done', 'a turn that ended well lifts the limit for all');
  t.same(await usageLimits(daemon), []);
  t.same(
    (await daemon.events(task.id)).flatMap((event) => (event.type === 'limit' ? [event.action] : event.type === 'end' ? ['end'] : [])),
    ['reached', 'parked', 'lifted', 'end'],
  );
});

void t.test('where the settings say so it goes on by itself, also where nobody knows when', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_RESUME_AFTER_LIMIT: 'true' }, { limitRetryMs: 500, limitPauseMs: 300 });
  for (const plan of [soon(1), 'nobody knows', 'UNTIL: 1700000000']) {
    const { id, sessionId } = await parked(daemon, { plan });
    t.match(await daemon.ended(id), { status: 'done', sessionId }, plan);
    t.match((await daemon.said(id)).at(-1), `It goes on with ${sessionId ?? ''}.`);
  }
});

void t.test('a limit of one model holds nobody else, and one that is parked can be stopped', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name');
  const task = await parked(daemon, { plan: `MODEL ${soon(3600)}` });
  t.same(await usageLimits(daemon), []);
  t.equal((await daemon.ended((await daemon.start({ name: 'says-a-line' })).id)).status, 'done');
  t.equal((await daemon.call('DELETE', `/tasks/${task.id}`)).status, 409);
  t.match(await daemon.stopped(task.id), { status: 'interrupted', waitsFor: null });
  t.equal((await daemon.call('DELETE', `/tasks/${task.id}`)).status, 204);
});
