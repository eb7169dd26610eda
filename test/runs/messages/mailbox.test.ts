/** When a message is handed over: by what its agent can take, and by what it is. */
import { randomUUID } from 'node:crypto';
import t, { type Test } from 'tap';
import type { MessageKind } from '../../../schemas/message.ts';
import { asSetUp, type AgentDriver } from '../../../src/agents/driver.ts';
import { MakimaError, type ErrorCode } from '../../../src/errors.ts';
import { openMailbox } from '../../../src/runs/messages/open-mailbox.ts';
import type { RunState } from '../../../src/runs/supervision/run-state.ts';
import { trackProgress } from '../../../src/runs/supervision/progress.ts';
import { sampleTask } from '../../support/sample-task.ts';
import { sampleRun } from '../../store/samples.ts';
import { readingParts } from '../../tasks/reading-parts.ts';

/** A mailbox over a real store, of an agent whose lines are told here, and that writes down what it is given. */
const mailboxOf = async (t: Test, changes: Partial<AgentDriver> = {}) => {
  const { store, ledger, drivers, now } = await readingParts(t);
  const task = sampleTask({ id: randomUUID(), status: 'pending' });
  await store.createTask(task);
  await store.transition(task.id, { to: 'queued' });
  const newRun = sampleRun();
  await store.transition(task.id, { to: 'initializing', newRun });
  await store.transition(task.id, { to: 'starting' });
  const running = await store.transition(task.id, { to: 'running' });
  const run = await store.getRun(newRun.runId);
  if (run === null) throw new Error('no run');
  const driver = { ...drivers.get('claude'), ...changes };
  const tracker = trackProgress(driver.converse({ ...asSetUp, cwd: '/' }));
  const state: RunState = { paused: false, inputClosed: false, finishing: false, exited: false, opened: true, askedAfter: -1 };
  const told: string[] = [];
  let refusal: ErrorCode | null = null;
  const detach = new AbortController();
  t.teardown(() => detach.abort());
  const mailbox = openMailbox(
    { store, ledger, reached: () => undefined, report: (what, error) => t.fail(`${what}: ${String(error)}`) },
    {
      task: running,
      run,
      driver,
      tracker,
      state,
      isStopping: () => false,
      detach: detach.signal,
      consider: () => undefined,
      input: {
        hand: (text) => {
          if (refusal !== null) return Promise.reject(new MakimaError(refusal));
          state.askedAfter = tracker.progress.results;
          told.push(text);
          return Promise.resolve({ sequence: told.length, repeated: false, delivered: () => Promise.resolve(true) });
        },
      },
    },
  );
  const say = (line: object) => void tracker.take({ text: JSON.stringify(line), partial: false });
  return {
    store,
    ledger,
    mailbox,
    taskId: task.id,
    told: () => told.splice(0),
    refuse: (code: ErrorCode | null) => (refusal = code),
    turn: () => say({ type: 'system', subtype: 'init', session_id: 's' }),
    result: (isError = false) => say({ type: 'result', subtype: 'success', is_error: isError, num_turns: 1, result: 'x' }),
    send: (text: string, kind: MessageKind = 'user') =>
      mailbox.send({ id: randomUUID(), taskId: task.id, kind, text, createdAt: now().toISOString() }),
    waiting: async () => (await store.waitingMessages(task.id)).map(({ text, state: how }) => `${text} ${how}`),
  };
};

void t.test('an agent that takes messages in a turn has them at once, but what its subtasks came to when it has ended that', async (t) => {
  const { mailbox, told, turn, result, send } = await mailboxOf(t);
  turn();
  t.match(await send('of a child', 'inbox'), { delivered: false });
  t.match(await send('of its user'), { delivered: true });
  t.strictSame(told(), ['of its user']);
  t.equal(mailbox.isOwing(), true, 'it has not answered yet');
  result();
  t.equal(mailbox.isOwing(), false);
  await mailbox.look();
  t.strictSame(told(), ['of a child']);
  turn();
  t.match(await send('of another child', 'inbox'), { delivered: false });
  result(true);
  await mailbox.look();
  t.strictSame(told(), [], 'nor does it go on for that after a turn that failed');
  t.match(await send('go on'), { delivered: true });
});

void t.test('one that takes none in a turn has one at a time, at the end of each', async (t) => {
  const { mailbox, told, turn, result, send, waiting } = await mailboxOf(t, { takesMessagesInTurn: false });
  t.match(await send('one'), { delivered: false });
  turn();
  t.match(await send('two'), { delivered: false });
  result();
  await mailbox.look();
  t.strictSame(told(), ['one']);
  await mailbox.look();
  t.strictSame(told(), [], 'it has not answered yet');
  t.strictSame(await waiting(), ['two waiting']);
  turn();
  result();
  await mailbox.look();
  t.strictSame(told(), ['two']);
});

void t.test('while its task is paused or blocked nothing is handed over', async (t) => {
  const { ledger, taskId, told, turn, send, waiting } = await mailboxOf(t);
  turn();
  for (const to of ['paused', 'blocked'] as const) {
    await ledger.transition(taskId, { to });
    t.match(await send(to), { delivered: false });
    t.strictSame(await waiting(), [`${to} waiting`]);
    await ledger.transition(taskId, { to: 'running' });
    while ((await waiting()).length > 0) await new Promise((resolve) => setImmediate(resolve));
    t.strictSame(told(), [to]);
  }
});

void t.test('what cannot be handed over is refused, and does not come later', async (t) => {
  const { mailbox, told, turn, send, refuse, waiting } = await mailboxOf(t);
  turn();
  for (const code of ['DISK_FULL', 'BODY_TOO_LARGE', 'AGENT_INPUT_CLOSED'] as const) {
    refuse(code);
    await t.rejects(send(code), { code });
    t.strictSame(await waiting(), [], code);
  }
  refuse(null);
  await mailbox.look();
  t.strictSame(told(), []);
  t.match(await send('now'), { delivered: true });
});
