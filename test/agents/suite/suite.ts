/**
 * What every driver does, whatever its agent: start, lines, message, interrupt, ask, end, resume, kill, odd bytes, nothing. A driver is under
 * contract when its agent passes this; `killed.ts` has the same over deaths of the daemon.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Approval } from '../../../schemas/approval.ts';
import { agentPath, scratch, startDaemon, userRepository, write, type TestDaemon } from '../../support/daemon.ts';
import { killAgent } from './kill-agent.ts';
import { lines, untilThere, type AgentUnderTest } from './agent-under-test.ts';
import { activitiesOf, countOf, keepRun, loggedLines, movesOf, saidBy, there } from './stage.ts';

/** How an agent is set up: it asks before it acts; another program is in its place. */
interface How {
  asks?: boolean;
  command?: string;
}

/** The daemons of one agent, each started when the first test wants it. */
interface Stage extends AgentUnderTest {
  daemonFor(how: How): Promise<TestDaemon>;
}

const stageOf = (t: Test, under: AgentUnderTest): Stage => {
  const daemons = new Map<string, Promise<TestDaemon>>();
  const begin = async (how: How): Promise<TestDaemon> =>
    startDaemon(
      t,
      'none',
      await under.settings(t, { asks: false, ...how }),
      how.command === undefined ? {} : { startSilenceSeconds: 1, interruptGraceMs: 200, terminateGraceMs: 200 },
    );
  return {
    ...under,
    daemonFor(how) {
      const key = JSON.stringify(how);
      const daemon = daemons.get(key) ?? begin(how);
      daemons.set(key, daemon);
      return daemon;
    },
  };
};

/** What a test does with its agent's tasks. */
const open = async (t: Test, under: Stage, how: How = {}) => {
  const daemon = await under.daemonFor(how);
  return {
    daemon,
    start: (plan: string, more: Record<string, unknown> = {}) => daemon.start({ agent: under.agent, plan, ...more }),
    /** Waits for the end of a task. */
    end: async (id: string, status: string) => {
      const task = await daemon.ended(id);
      t.equal(task.status, status, task.errorMessage ?? under.title);
      return task;
    },
    approvals: async (id: string) => (await daemon.call<Approval[]>('GET', `/tasks/${id}/approvals`)).body,
    /** Waits until it asks. @returns the approval's id */
    asked: async (id: string) => {
      const last = (await daemon.until(id, (event) => event.type === 'approval' && event.status === 'pending')).at(-1);
      return last?.type === 'approval' ? last.approvalId : 'none';
    },
    decide: (id: string, approval: string, decision: Record<string, unknown>) =>
      daemon.call('POST', `/tasks/${id}/approvals/${approval}`, decision),
  };
};

/** Waits until an agent that was told `untilThere(gate)` is there. */
const atGate = (gate: string): Promise<void> => there(`${gate}.reached`);

const isOver = async (daemon: TestDaemon, id: string, leftBehind: string): Promise<boolean> =>
  (await daemon.events(id)).at(-1)?.type === 'end' && !existsSync(leftBehind);

/** Starts, lines, message, end, resume. */
const ordinaryLife = (t: Test, under: Stage): void => {
  const { words, can } = under;

  void t.test('start and lines: each in the log once and in order, and what they mean', async (t) => {
    const { daemon, start, end } = await open(t, under);
    const gate = join(scratch(t), 'gate');
    const repositoryUrl = userRepository(t);
    const { id } = await start(
      lines(words.run('echo made > made.txt; echo output-of-it'), words.run(untilThere(gate)), words.say('It is made.')),
      { repositoryUrl },
    );
    await atGate(gate);
    const kept = keepRun(t, daemon.home);
    write(join(gate, '..'), { gate: '' });
    const task = await end(id, 'done');
    t.ok(task.sessionId, 'it has a session');
    const events = await daemon.events(id);
    t.strictSame(loggedLines(events), kept.out());
    t.strictSame(movesOf(events), ['queued', 'initializing', 'starting', 'running', 'done']);
    const activities = await activitiesOf(daemon, id);
    const [tool, ...again] = activities.filter(({ kind, tool }) => kind === 'tool' && JSON.stringify(tool).includes('made.txt'));
    t.ok(tool, JSON.stringify(activities));
    t.strictSame(again, [], 'a call is told once');
    const result = activities.find(({ kind, callId }) => kind === 'tool-result' && callId === tool?.callId);
    t.match(result, { isError: false, text: /output-of-it/ });
    t.equal(countOf(await saidBy(daemon, id), 'It is made.'), 1);
    const readable = await daemon.text(`/tasks/${id}/output`);
    t.match(readable, /It is made\./, 'a person reads it');
    t.equal(readable.match(/^● .*made > made\.txt/gm)?.length, 1, readable);
    t.match((await daemon.call('GET', `/tasks/${id}/diff`)).body, [{ path: 'made.txt' }]);
    t.ok((task.usage?.turns ?? 0) >= 1);
    if (can.tokens) t.ok((task.usage?.inputTokens ?? 0) > 0 && (task.usage?.outputTokens ?? 0) > 0, JSON.stringify(task.usage));
    t.equal(typeof task.usage?.costUsd === 'number' && task.usage.costUsd > 0, can.cost, JSON.stringify(task.usage));
  });

  void t.test('a message in a turn and one after the end, each once, and a session that goes on', async (t) => {
    const { daemon, start, end } = await open(t, under);
    const gate = join(scratch(t), 'gate');
    const { id } = await start(lines(words.run(untilThere(gate)), words.say('The plan is done.')));
    await atGate(gate);
    for (const each of ['second', 'third'])
      t.equal((await daemon.call('POST', `/tasks/${id}/messages`, { message: words.say(`The ${each} is done.`) })).status, 202);
    write(join(gate, '..'), { gate: '' });
    const first = await end(id, 'done');
    const said = await saidBy(daemon, id);
    for (const each of ['plan', 'second', 'third']) t.equal(countOf(said, `The ${each} is done.`), 1, said);
    const delivered = (await daemon.events(id)).flatMap((event) => (event.type === 'message' ? [event.action] : []));
    t.same(delivered.toSorted(), ['delivered', 'delivered', 'queued', 'queued']);

    const before = loggedLines(await daemon.events(id)).length;
    const message = words.recall ?? words.say('It went on.');
    t.equal((await daemon.call('POST', `/tasks/${id}/messages`, { message, resume: true })).status, 202);
    const second = await end(id, 'done');
    t.equal(second.sessionId, first.sessionId, 'the same session');
    const now = await saidBy(daemon, id);
    t.ok(now.startsWith(said.trimEnd()), 'what it said stays');
    for (const each of ['plan', 'second', 'third'])
      t.equal(countOf(now.slice(said.length).replaceAll('SAY: ', ''), `The ${each} is done.`), words.recall === null ? 0 : 1, now);
    t.ok(loggedLines(await daemon.events(id)).length > before);
    t.ok((second.usage?.turns ?? 0) > (first.usage?.turns ?? 0), 'usage adds up');
  });

  if (words.fail !== null) {
    const { fail } = words;
    void t.test('end: a turn that fails fails the task with its words, which can go on', async (t) => {
      const { daemon, start, end } = await open(t, under);
      const { id } = await start(lines(words.run('true'), fail('It cannot be done')));
      t.match((await end(id, 'failed')).errorMessage, /It cannot be done/);
      await daemon.call('POST', `/tasks/${id}/start`, { resume: true, message: words.say('Now it is.') });
      t.match(await end(id, 'done'), { errorMessage: null });
    });
  }
};

/** Interrupt, kill, and a session that is lost. */
const ends = (t: Test, under: Stage): void => {
  const { words, can } = under;

  void t.test('a stop in a turn leaves nothing that runs, and the session goes on', async (t) => {
    const { daemon, start, end } = await open(t, under);
    const gate = join(scratch(t), 'gate');
    const { id } = await start(lines(words.run(`${untilThere(gate)}; touch '${gate}.passed'`), words.say('It was not stopped.')));
    await atGate(gate);
    t.match(await daemon.stopped(id), { status: 'interrupted', errorMessage: null });
    write(join(gate, '..'), { gate: '' });
    t.ok(await isOver(daemon, id, `${gate}.passed`), 'its command is gone with it');
    t.equal(countOf(await saidBy(daemon, id), 'It was not stopped.'), 0);
    await daemon.call('POST', `/tasks/${id}/start`, { resume: true, message: words.say('It goes on.') });
    await end(id, 'done');
    t.equal(countOf(await saidBy(daemon, id), 'It goes on.'), 1);
  });

  void t.test('an agent that is killed fails its task and says by what; resumed it goes on', async (t) => {
    const { daemon, start, end } = await open(t, under);
    const gate = join(scratch(t), 'gate');
    const { id } = await start(lines(words.run(untilThere(gate)), words.say('It lives.')));
    await atGate(gate);
    killAgent(keepRun(t, daemon.home).directory);
    const failed = await end(id, 'failed');
    t.match(failed.errorMessage, /SIGKILL|killed/i);
    t.notMatch(failed.errorMessage, /YOLO mode|256-color|Ripgrep/, 'what it says at every start is not why');
    t.ok(failed.sessionId);
    await daemon.call('POST', `/tasks/${id}/start`, { resume: true, message: words.say('It goes on.') });
    t.equal((await end(id, 'done')).sessionId, failed.sessionId);
    t.equal(countOf(await saidBy(daemon, id), 'It goes on.'), 1);
  });

  if (can.forget !== null) {
    const { forget } = can;
    void t.test('a session that the agent does not know any more fails and says what to do', async (t) => {
      const { daemon, start, end } = await open(t, under);
      const { id } = await start(words.say('Once.'));
      const { overlayPath, sessionId } = await end(id, 'done');
      forget(overlayPath ?? '', sessionId ?? '');
      await daemon.call('POST', `/tasks/${id}/start`, { resume: true, message: words.say('Again.') });
      t.match((await end(id, 'failed')).errorMessage, /start the task again without resume/i);
      await daemon.call('POST', `/tasks/${id}/start`, {});
      await end(id, 'done');
    });
  }

  if (can.refuseModel !== null) {
    const model = can.refuseModel;
    void t.test('a model that it does not know is refused by its name', async (t) => {
      const { start, end } = await open(t, under);
      t.match((await end((await start(words.say('No.'), { model })).id, 'failed')).errorMessage, model);
    });
  }
};

/** What it asks, and what becomes of it. */
const asking = (t: Test, under: Stage): void => {
  const { words, can } = under;
  if (!can.ask) return;

  void t.test('ask: nothing is done before it is let, and nothing that is denied', async (t) => {
    const { daemon, start, end, asked, decide, approvals } = await open(t, under, { asks: true });
    const made = join(scratch(t), 'made');
    for (const decision of ['allow', 'deny']) {
      const path = `${made}-${decision}`;
      const { id } = await start(lines(words.ask(`touch '${path}'`), words.say('It has asked.')));
      const approval = await asked(id);
      t.notOk(existsSync(path), 'it waits');
      t.match((await approvals(id))[0], { kind: 'tool', status: 'pending', input: { command: /touch/ } });
      t.equal((await decide(id, approval, { decision, message: 'Because.' })).status, 200);
      await end(id, 'done');
      t.equal(existsSync(path), decision === 'allow', decision);
      t.equal((await daemon.call('GET', `/tasks/${id}`)).body.waitsFor, null);
    }
  });

  void t.test('ask: a stop withdraws what is asked', async (t) => {
    const { daemon, start, asked, approvals, decide } = await open(t, under, { asks: true });
    const path = join(scratch(t), 'made');
    const { id } = await start(lines(words.ask(`touch '${path}'`), words.say('It has asked.')));
    const approval = await asked(id);
    t.equal((await daemon.stopped(id)).status, 'interrupted');
    t.same(
      (await approvals(id)).map(({ status }) => status),
      ['withdrawn'],
    );
    t.equal((await decide(id, approval, { decision: 'allow' })).status, 409);
    t.notOk(existsSync(path));
  });

  if (words.question !== null) {
    const { question } = words;
    void t.test('a question is answered with what its user says', async (t) => {
      const { start, end, asked, decide, approvals, daemon } = await open(t, under, { asks: true });
      const { id } = await start(lines(question('Which one?', ['red', 'blue']), words.say('It has asked.')));
      const approval = await asked(id);
      t.match((await approvals(id))[0], { kind: 'question', questions: [{ question: 'Which one?' }] });
      t.equal((await decide(id, approval, { decision: 'allow', answers: { 'Which one?': 'blue' } })).status, 200);
      await end(id, 'done');
      t.match(await saidBy(daemon, id), /Answered: "blue"/);
    });
  }
};

/** What is none of its protocol. */
const oddities = (t: Test, under: Stage): void => {
  const { words } = under;

  if (words.line !== null && words.bytes !== null) {
    const { line, bytes } = words;
    void t.test('odd bytes and lines are in the log as they are, and move nothing', async (t) => {
      const { daemon, start, end } = await open(t, under);
      const odd = ['no JSON', '{"half":', '17', 'null', '[]', '{}', '"text"', '{"type":7}', `{"type":"${'x'.repeat(100_000)}"}`];
      const { id } = await start(lines(...odd.map(line), bytes('c328'), bytes('00'), words.say('Nothing happened.')));
      await end(id, 'done');
      const events = await daemon.events(id);
      const logged = loggedLines(events);
      for (const each of odd) t.equal(logged.filter((text) => text === each).length, 1, each.slice(0, 20));
      t.ok(events.some((event) => event.type === 'output' && event.base64 === Buffer.from('c328', 'hex').toString('base64')));
      t.equal(countOf(await saidBy(daemon, id), 'Nothing happened.'), 1);
    });
  }

  void t.test('nothing: a program that ends at once fails with what it said', async (t) => {
    const { start, end } = await open(t, under, { command: agentPath('exits-3') });
    t.match(await end((await start(words.say('Never.'))).id, 'failed'), { exitCode: 3, errorMessage: /The scripted agent cannot start/ });
  });

  void t.test('nothing: a program that says nothing is told of, and stopped', async (t) => {
    const { daemon, start } = await open(t, under, { command: agentPath('prints-nothing') });
    const { id } = await start(words.say('Never.'));
    await daemon.until(id, (event) => event.type === 'silence');
    t.match(await daemon.stopped(id), { status: 'interrupted' });
  });
};

/** The suite, a test for each agent. */
export const driverSuite = (t: Test, agents: readonly AgentUnderTest[]): void => {
  for (const under of agents)
    void t.test(under.title, { timeout: under.timeout ?? 300_000 }, (t) => {
      const stage = stageOf(t, under);
      for (const part of [ordinaryLife, ends, asking, oddities]) part(t, stage);
      t.end();
    });
};
