/** What is said to agents: kept in order, handed over when it fits, had back before that. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../../schemas/event.ts';
import type { WaitingMessage } from '../../../schemas/message.ts';
import type { RunHook } from '../../../src/runs/hooks/hook.ts';
import { lineOf, startDaemon, type Refusal, type TestDaemon } from '../../support/daemon.ts';

interface Sent {
  id: string;
  delivered: boolean;
}

const says =
  (text: string) =>
  (event: TaskEvent): boolean =>
    (lineOf(event, 'stdout') ?? '').includes(text);

const send = async (daemon: TestDaemon, id: string, message: string, more: object = {}): Promise<Sent> => {
  const { status, body } = await daemon.call<Sent>('POST', `/tasks/${id}/messages`, { message, ...more });
  if (status !== 202) throw new Error(JSON.stringify(body));
  return body;
};
const listed = async (daemon: TestDaemon, id: string): Promise<string[]> =>
  (await daemon.call<WaitingMessage[]>('GET', `/tasks/${id}/messages`)).body.map(({ message, state }) => `${message} ${state}`);

/** What was told of each message, by its place among those that were sent. */
const told = async (daemon: TestDaemon, id: string, sent: readonly Sent[]): Promise<string[]> =>
  (await daemon.events(id)).flatMap((event) =>
    event.type === 'message' ? [`${sent.findIndex((each) => each.id === event.messageId)} ${event.action}`] : [],
  );

void t.test('messages', async (t) => {
  const daemon = await startDaemon(t, 'remembers', { MAKIMA_MAX_CONCURRENT_TASKS: '1' });

  await t.test('a paused agent gets what was said when it goes on, in order, but what was taken back', async (t) => {
    const { id } = await daemon.start({ plan: 'begin WAIT' });
    await daemon.until(id, says('Heard: begin WAIT'));
    await daemon.call('POST', `/tasks/${id}/pause`);
    const sent = [await send(daemon, id, 'one'), await send(daemon, id, 'two'), await send(daemon, id, 'three')];
    t.strictSame(
      sent.map(({ delivered }) => delivered),
      [false, false, false],
    );
    t.strictSame(await listed(daemon, id), ['one waiting', 'two waiting', 'three waiting']);
    const second = `/tasks/${id}/messages/${sent[1]?.id ?? ''}`;
    t.equal((await daemon.call('DELETE', second)).status, 204);
    t.equal((await daemon.call('DELETE', second)).status, 204, 'again to no effect');
    t.strictSame(await listed(daemon, id), ['one waiting', 'three waiting']);
    t.match(await daemon.text(`/tasks/${id}/messages`), /^[-0-9a-f]{36}\twaiting\tuser\tone\n[-0-9a-f]{36}\twaiting\tuser\tthree\n$/);

    await daemon.call('POST', `/tasks/${id}/resume`);
    await daemon.until(id, (event) => event.type === 'message' && event.messageId === sent[2]?.id && event.action === 'delivered');
    t.strictSame(await listed(daemon, id), []);
    const first = await daemon.call<Refusal>('DELETE', `/tasks/${id}/messages/${sent[0]?.id ?? ''}`);
    t.match(first, { status: 409, body: { code: 'MESSAGE_DELIVERED' } });
    t.match(await daemon.call('DELETE', `/tasks/${id}/messages/${id}`), { status: 404, body: { code: 'MESSAGE_NOT_FOUND' } });
    await daemon.stopped(id);
    t.strictSame(await told(daemon, id, sent), ['0 queued', '1 queued', '2 queued', '1 withdrawn', '0 delivered', '2 delivered']);
    t.strictSame(await daemon.lines(id, 'stdin'), ['one', 'three']);
  });

  await t.test('a task that waits for its slot is told after its plan; one that was never started is not', async (t) => {
    const { id: first } = await daemon.start({ plan: 'in the way WAIT' });
    await daemon.until(first, says('in the way'));
    const { id } = await daemon.start({ plan: 'the plan' });
    t.match(await send(daemon, id, 'and more'), { delivered: false });
    const { id: idle } = await daemon.make();
    t.match(await daemon.call('POST', `/tasks/${idle}/messages`, { message: 'x' }), { status: 409, body: { code: 'TASK_NOT_RUNNING' } });
    await daemon.stopped(first);
    t.equal((await daemon.ended(id)).status, 'done');
    t.ok((await daemon.said(id)).includes('Heard: the plan | and more'), JSON.stringify(await daemon.said(id)));
  });

  await t.test('a running agent has it at once', async (t) => {
    const { id } = await daemon.start({ plan: 'begin WAIT' });
    await daemon.until(id, says('begin WAIT'));
    t.match(await send(daemon, id, 'now'), { delivered: true });
    await daemon.stopped(id);
    t.strictSame(await daemon.lines(id, 'stdin'), ['now']);
  });

  await t.test('what an agent has taken and its model was not given, since it was stopped, is told to the next run', async (t) => {
    const { id } = await daemon.start({ plan: 'begin WAIT' });
    await daemon.until(id, says('begin WAIT'));
    const sent = await send(daemon, id, 'unread');
    t.match(sent, { delivered: true });
    await daemon.until(id, says('command_lifecycle'));
    t.match(await daemon.stopped(id, { graceful: false }), { status: 'interrupted', warnings: [{ code: 'MESSAGES_WAITING' }] });
    t.strictSame(await listed(daemon, id), ['unread waiting']);
    await daemon.call('POST', `/tasks/${id}/start`, { resume: true });
    t.match(await daemon.ended(id), { status: 'done', warnings: [] });
    t.equal((await daemon.said(id)).at(-1), 'Heard: begin WAIT | unread');
    t.strictSame(await told(daemon, id, [sent]), ['0 queued', '0 delivered', '0 queued', '0 delivered']);
  });

  await t.test('no more than a hundred wait for one agent', async (t) => {
    const { id } = await daemon.start({ plan: 'begin WAIT' });
    await daemon.until(id, says('begin WAIT'));
    await daemon.call('POST', `/tasks/${id}/pause`);
    for (let index = 0; index < 100; index += 1) await send(daemon, id, `m${index}`);
    const refused = await daemon.call<Refusal>('POST', `/tasks/${id}/messages`, { message: 'one too many' });
    t.match(refused, { status: 429, body: { code: 'TOO_MANY_MESSAGES', message: /DELETE/ } });
    const stopped = await daemon.stopped(id);
    t.match(stopped, { status: 'interrupted', warnings: [{ code: 'MESSAGES_WAITING', message: /^100 messages have not reached/ }] });
  });

  await t.test('a task that has ended goes on with its session, and is told what waits first', async (t) => {
    const { id } = await daemon.start({ plan: 'the plan WAIT' });
    await daemon.until(id, says('the plan WAIT'));
    await daemon.call('POST', `/tasks/${id}/pause`);
    await send(daemon, id, 'unheard');
    await daemon.stopped(id);
    const before = (await daemon.call('GET', `/tasks/${id}`)).body;
    t.match(await daemon.call('POST', `/tasks/${id}/messages`, { message: 'x' }), {
      status: 409,
      body: { code: 'TASK_NOT_RUNNING', message: /resume true/ },
    });
    t.match(await send(daemon, id, 'go on', { resume: true }), { delivered: false });
    const after = await daemon.ended(id);
    t.match(after, { status: 'done', sessionId: before.sessionId, overlayPath: before.overlayPath, warnings: [] });
    t.equal((await daemon.said(id)).at(-1), 'Heard: the plan WAIT | unheard | go on', 'and no plan again');

    await daemon.call('POST', `/tasks/${id}/start`, { resume: true });
    await daemon.ended(id);
    t.match((await daemon.said(id)).at(-1), /go on \| Go on where you were: /, 'with nothing to say it is told to go on');
    await daemon.call('POST', `/tasks/${id}/start`, { message: 'and then this' });
    let begun = false;
    await daemon.until(id, (event) => {
      begun ||= lineOf(event, 'stdin') === 'and then this';
      return begun && says('Heard: the plan WAIT')(event);
    });
    await daemon.stopped(id);
    const said = await daemon.said(id);
    t.equal(said[said.findLastIndex((text) => text.includes('Go on where you were')) + 1], 'Heard: the plan WAIT', 'anew, from its plan');
  });

  await t.test('said to one that is ending with resume, it goes on when it has ended', async (t) => {
    const ending = Promise.withResolvers<undefined>();
    const letGo = Promise.withResolvers<undefined>();
    const holdsEnd: RunHook = {
      name: 'holds the end',
      async ended() {
        ending.resolve(undefined);
        await letGo.promise;
      },
    };
    const held = await startDaemon(t, 'remembers', {}, {}, { hooks: [holdsEnd] });
    const { id } = await held.start({ plan: 'the plan' });
    await ending.promise;
    t.equal((await held.call('GET', `/tasks/${id}`)).body.status, 'running');
    t.match(await held.call('POST', `/tasks/${id}/messages`, { message: 'late' }), { status: 409, body: { code: 'AGENT_INPUT_CLOSED' } });
    const sent = send(held, id, 'late', { resume: true });
    letGo.resolve(undefined);
    t.match(await sent, { delivered: false });
    await held.until(id, (event) => event.type === 'message' && event.action === 'delivered');
    t.equal((await held.ended(id)).status, 'done');
    t.equal((await held.said(id)).at(-1), 'Heard: the plan | late');
  });

  await t.test('without a session there is nothing to go on with', async (t) => {
    const { id } = await daemon.make();
    for (const body of [{ resume: true }, { resume: true, message: 'x' }])
      t.match(await daemon.call('POST', `/tasks/${id}/start`, body), {
        status: 409,
        body: { code: 'NO_SESSION', message: /without resume/ },
      });
    t.equal((await daemon.call('GET', `/tasks/${id}`)).body.status, 'pending');
  });

  await t.test(
    'a session that the agent no longer has is a failure that says so, and what was said waits for a start without it',
    async (t) => {
      const { id } = await daemon.start({ plan: 'the plan' });
      const { sessionId, overlayPath } = await daemon.ended(id);
      rmSync(join(overlayPath ?? '', '..', `session-${sessionId ?? ''}`));
      const sent = await send(daemon, id, 'are you there?', { resume: true });
      t.match(await daemon.ended(id), {
        status: 'failed',
        errorMessage: /^No conversation found with session ID: \S+\. The agent has lost this session: start the task again without resume/,
        warnings: [{ code: 'MESSAGES_WAITING', message: /^A message has not reached/ }],
      });
      t.strictSame(await listed(daemon, id), ['are you there? waiting']);
      await daemon.call('POST', `/tasks/${id}/start`, {});
      t.match(await daemon.ended(id), { status: 'done', errorMessage: null });
      t.equal((await daemon.said(id)).at(-1), 'Heard: the plan | are you there?');
      t.equal((await told(daemon, id, [sent])).at(-1), '0 delivered');
      t.strictSame(await listed(daemon, id), []);
    },
  );
});
