/** Agents that work one turn a process: what is said to them later, their next run is told, which goes on with their session. */
import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../../schemas/event.ts';
import type { WaitingMessage } from '../../../schemas/message.ts';
import { lineOf, scratch, startDaemon, write, type TestDaemon } from '../../support/daemon.ts';
import { oneTurnAgent } from '../../support/one-turn.ts';

const spoke = (event: TaskEvent): boolean => lineOf(event, 'stdout') !== null;
const isQueuedAgain = (event: TaskEvent): boolean => event.type === 'status' && event.from === 'running' && event.to === 'queued';
const isMessage = (action: string) => (event: TaskEvent) => event.type === 'message' && event.action === action;

/** What the agent has said, one text after the other. */
const said = async (daemon: TestDaemon, id: string): Promise<string[]> =>
  (await daemon.lines(id, 'stdout')).flatMap((line) => {
    const { item } = JSON.parse(line);
    return item?.type === 'agent_message' ? [item.text] : [];
  });
const send = async (daemon: TestDaemon, id: string, message: string, more: object = {}): Promise<string> => {
  const { status, body } = await daemon.call<{ id: string; delivered: boolean }>('POST', `/tasks/${id}/messages`, { message, ...more });
  if (status !== 202) throw new Error(JSON.stringify(body));
  return body.id;
};
const statuses = (events: readonly TaskEvent[]): string =>
  events.flatMap((event) => (event.type === 'status' ? [event.to] : event.type === 'end' ? ['end'] : [])).join(' ');

void t.test('an agent of one turn a process', async (t) => {
  const gates = scratch(t);
  const at = (name: string): string => join(gates, name);
  const open = (name: string): void => write(gates, { [name]: '' });
  const daemon = await startDaemon(t, 'says-a-line', { ...oneTurnAgent(), MAKIMA_MAX_CONCURRENT_TASKS: '1' }, { exitGraceMs: 300 });
  const make = (task: Record<string, unknown>) => daemon.make({ agent: 'one-turn', ...task });
  const start = (task: Record<string, unknown>) => make({ start: true, ...task });

  await t.test('who tells no cost is held to no dollars, and its log says so', async (t) => {
    const words = async (budget: object): Promise<string[]> => {
      const { id } = await start({ plan: 'TEXT: done', budget });
      await daemon.ended(id);
      return (await daemon.lines(id, 'system')).filter((line) => line.includes('cost'));
    };
    t.strictSame(await words({ maxCostUsd: 1 }), [
      "one-turn tells no cost, so the budget's dollars do not hold it: maxTokens, maxTurns and maxMinutes do",
    ]);
    t.strictSame(await words({ maxTurns: 5 }), []);
  });

  await t.test('what is said in its turn waits, and is a run each in its order, with one session and one log', async (t) => {
    const { id } = await start({ plan: `TEXT: begins\nWAIT: ${at('one')}` });
    await daemon.until(id, spoke);
    const sent = [await send(daemon, id, 'first'), await send(daemon, id, 'second'), await send(daemon, id, 'third')];
    t.strictSame(
      (await daemon.call<WaitingMessage[]>('GET', `/tasks/${id}/messages`)).body.map(({ message, state }) => `${message} ${state}`),
      ['first waiting', 'second waiting', 'third waiting'],
    );
    t.equal((await daemon.call('DELETE', `/tasks/${id}/messages/${sent[1] ?? ''}`)).status, 204);
    open('one');
    const task = await daemon.ended(id);
    t.match(task, { status: 'done', warnings: [], usage: { turns: 3, inputTokens: 24, cacheReadTokens: 6, outputTokens: 15 } });
    t.strictSame(await said(daemon, id), ['begins', `Heard: WAIT: ${at('one')} | first`, `Heard: WAIT: ${at('one')} | first | third`]);
    const events = await daemon.events(id);
    const run = 'queued initializing starting running';
    t.equal(statuses(events), `${run} ${run} ${run} done end`);
    t.strictSame(
      events.flatMap((event) => (event.type === 'message' ? [`${sent.indexOf(event.messageId)} ${event.action}`] : [])),
      ['0 queued', '1 queued', '2 queued', '1 withdrawn', '0 delivered', '2 delivered'],
    );
    t.strictSame(await daemon.lines(id, 'stdin'), ['first', 'third']);

    await send(daemon, id, 'fourth', { resume: true });
    t.equal((await daemon.ended(id)).sessionId, task.sessionId);
    t.equal((await said(daemon, id)).at(-1), `Heard: WAIT: ${at('one')} | first | third | fourth`);
  });

  await t.test('a start that begins anew with messages waiting tells the plan first', async (t) => {
    const { id } = await make({ plan: 'the plan' });
    await daemon.call('POST', `/tasks/${id}/start`, { message: 'and more' });
    t.match(await daemon.ended(id), { status: 'done', usage: { turns: 2 } });
    t.strictSame(await said(daemon, id), ['Heard: the plan', 'Heard: the plan | and more']);
  });

  await t.test('between two runs it has its place before who begins, can be stopped, and what waits is told when it goes on', async (t) => {
    const { id } = await start({ plan: `TEXT: begins\nWAIT: ${at('two')}` });
    await daemon.until(id, spoke);
    await send(daemon, id, 'later');
    const [urgent, other] = [await start({ plan: `WAIT: ${at('three')}`, priority: 5 }), await start({ plan: 'p' })];
    open('two');
    await daemon.until(id, isQueuedAgain);
    await daemon.until(urgent.id, spoke);
    t.match((await daemon.call('GET', `/tasks/${id}`)).body, { status: 'queued', waitsFor: { kind: 'slot', position: 1 } });
    t.match((await daemon.call('GET', `/tasks/${other.id}`)).body, { status: 'queued', waitsFor: { kind: 'slot', position: 2 } });
    t.match(await daemon.stopped(id), { status: 'interrupted' });
    open('three');
    await daemon.ended(other.id);
    t.equal((await daemon.call('POST', `/tasks/${id}/start`, { resume: true })).status, 202);
    t.match(await daemon.ended(id), { status: 'done' });
    t.equal((await said(daemon, id)).at(-1), `Heard: WAIT: ${at('two')} | later`);
  });

  await t.test('one that fails is not gone on with, and says what waits; an interrupt is its signal', async (t) => {
    const { id } = await start({ plan: `TEXT: begins\nWAIT: ${at('four')}\nFAIL: no luck` });
    await daemon.until(id, spoke);
    await send(daemon, id, 'later');
    open('four');
    t.match(await daemon.ended(id), { status: 'failed', errorMessage: 'no luck', warnings: [{ code: 'MESSAGES_WAITING' }] });

    const hangs = await start({ plan: 'TEXT: begins\nHANG' });
    await daemon.until(hangs.id, spoke);
    t.match(await daemon.stopped(hangs.id, { graceful: true }), { status: 'interrupted', exitCode: 1 }, 'it has ended by itself');
  });

  await t.test('one that does not end after its turn is ended, and goes on all the same', async (t) => {
    const { id } = await start({ plan: `TEXT: begins\nWAIT: ${at('five')}\nSTAY:` });
    await daemon.until(id, spoke);
    await send(daemon, id, 'later');
    open('five');
    t.match(await daemon.ended(id), { status: 'done', usage: { turns: 2 } });
  });

  await t.test('a budget that its turn has used up ends it with what waits', async (t) => {
    const { id } = await start({ plan: `TEXT: begins\nWAIT: ${at('six')}`, budget: { maxTurns: 1 } });
    await daemon.until(id, spoke);
    await send(daemon, id, 'later');
    open('six');
    t.match(await daemon.ended(id), { status: 'failed', errorMessage: /budget/ });
    t.equal((await daemon.events(id)).filter(isMessage('delivered')).length, 0);
  });
});
