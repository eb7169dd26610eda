/** What an orchestrator's agent is told of subtasks that end while it does something else. */
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import { lineOf, scratch, startDaemon, write, type TestDaemon } from '../support/daemon.ts';

const until = (gate: string): string => `while [ ! -e '${gate}' ]; do sleep 0.05; done`;
const spoke = (event: TaskEvent): boolean => lineOf(event, 'stdout') !== null;
/** The messages that begin so, each as its lines. */
const toldOf = async (daemon: TestDaemon, id: string): Promise<string[]> =>
  (await daemon.lines(id, 'stdin'))
    .join('\n')
    .split(/^(?=Your subtasks have ended)/m)
    .filter((message) => message.startsWith('Your subtasks have ended'));

/** An orchestrator whose agent, once started, is in a turn that lasts until the gate `turn` is there. */
const busy = async (t: Test, settings: Record<string, string> = {}) => {
  const daemon = await startDaemon(t, 'by-task-name', settings);
  const gates = scratch(t);
  const lead = await daemon.make({ name: 'runs-plan', plan: `RUN: ${until(join(gates, 'turn'))}`, isOrchestrator: true });
  const part = async (task: Record<string, unknown> = {}) =>
    (await daemon.start({ name: 'runs-plan', plan: `RUN: ${until(join(gates, 'parts'))}`, parentTaskId: lead.id, ...task })).id;
  return { daemon, id: lead.id, gates, part, open: (gate: string) => write(gates, { [gate]: '' }) };
};

void t.test('subtasks that end in a turn of its agent are one message at the end of that', async (t) => {
  const { daemon, id, part, open } = await busy(t);
  await daemon.call('POST', `/tasks/${id}/start`);
  await daemon.until(id, spoke);
  const [one, two, bad] = [await part(), await part(), await part({ name: 'exits-3', plan: 'p' })];
  open('parts');
  for (const part of [one, two, bad]) await daemon.ended(part);
  t.same(
    (await daemon.call<{ items: TaskEvent[] }>('GET', `/tasks/${id}/output`)).body.items.filter((event) => lineOf(event, 'stdin')),
    [],
    'nothing in the turn',
  );
  open('turn');
  await daemon.ended(id);
  const messages = await toldOf(daemon, id);
  t.equal(messages.length, 1);
  for (const part of [`- ${one} done runs-plan\n`, `- ${two} done runs-plan\n`, `- ${bad} failed exits-3\n    `])
    t.ok(messages[0]?.includes(part), part);
});

void t.test('what it has waited for itself it is not told; others are', async (t) => {
  const { daemon, id, gates, part, open } = await busy(t);
  const [awaited, other] = [await part(), await part()];
  await daemon.call('PUT', `/tasks/${id}`, { plan: `RUN: .makima/orchestrate.sh wait ${awaited}; ${until(join(gates, 'turn'))}` });
  await daemon.call('POST', `/tasks/${id}/start`);
  await daemon.until(id, spoke);
  open('parts');
  for (const part of [awaited, other]) await daemon.ended(part);
  open('turn');
  await daemon.ended(id);
  const messages = await toldOf(daemon, id);
  t.equal(messages.length, 1);
  t.ok(messages[0]?.includes(other));
  t.notOk(messages[0]?.includes(awaited));
});

void t.test('of one that was skipped meanwhile, or merged, it is told nothing, since nothing is left to do', async (t) => {
  const { daemon, id, part, open } = await busy(t);
  await daemon.call('POST', `/tasks/${id}/start`);
  await daemon.until(id, spoke);
  const [skipped, left] = [await part(), await part()];
  open('parts');
  for (const part of [skipped, left]) await daemon.ended(part);
  t.equal((await daemon.call('POST', `/tasks/${id}/merge/skip`, { subtaskId: skipped, reason: 'not needed' })).status, 200);
  open('turn');
  await daemon.ended(id);
  const messages = await toldOf(daemon, id);
  t.equal(messages.length, 1);
  t.ok(messages[0]?.includes(left));
  t.notOk(messages[0]?.includes(skipped));
});

void t.test('of one that was deleted meanwhile it is told nothing, and muted nothing before none of them runs', async (t) => {
  const { daemon, id, part, open } = await busy(t, { MAKIMA_TELL_PARENTS: 'false' });
  await daemon.call('POST', `/tasks/${id}/start`);
  await daemon.until(id, spoke);
  const [gone, kept] = [await part({ name: 'cheap' }), await part({ name: 'cheap' })];
  for (const part of [gone, kept]) await daemon.ended(part);
  t.equal((await daemon.call('DELETE', `/tasks/${gone}`)).status, 204);
  const slow = await part({ name: 'forever', plan: 'p' });
  await daemon.until(slow, spoke);
  open('turn');
  await daemon.until(id, (event) => lineOf(event, 'system')?.includes('it will be told when its 1 active') === true);
  await daemon.stopped(slow);
  await daemon.ended(id);
  const messages = await toldOf(daemon, id);
  t.equal(messages.length, 1, 'muted: not before the last has ended');
  for (const part of [kept, slow]) t.ok(messages[0]?.includes(part), part);
  t.notOk(messages[0]?.includes(gone));
});

void t.test('what a subtask asks its orchestrator is told at once; what was asked before it began it finds itself', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_ENABLE_PERMISSIONS: 'true' });
  const lead = await daemon.make({ name: 'echo-messages', isOrchestrator: true });
  const part = await daemon.start({ name: 'asks', parentTaskId: lead.id });
  await daemon.until(part.id, (event) => event.type === 'approval');
  await daemon.call('POST', `/tasks/${lead.id}/start`);
  await daemon.until(lead.id, (event) => lineOf(event, 'system')?.includes('it will be told when its 1 active') === true);
  const second = await daemon.start({ name: 'asks', parentTaskId: lead.id });
  await daemon.until(lead.id, (event) => lineOf(event, 'stdin')?.startsWith('Your subtasks ask') === true);
  const { body } = await daemon.call<{ id: string }[]>('GET', `/tasks/${second.id}/approvals`);
  for (const { id } of [part, second]) {
    const [open] = (await daemon.call<{ id: string }[]>('GET', `/tasks/${id}/approvals`)).body;
    t.equal((await daemon.call('POST', `/tasks/${id}/approvals/${open?.id}`, { decision: 'allow' })).status, 200);
    await daemon.ended(id);
  }
  t.equal((await daemon.ended(lead.id)).status, 'done');
  const asked = (await daemon.lines(lead.id, 'stdin')).filter((line) => line.includes('asks whether it may use'));
  t.equal(asked.length, 1);
  t.ok(asked[0]?.startsWith(`- ${body[0]?.id} of ${second.id} asks: asks whether it may use`));
});
