/**
 * The other half of the contract of a driver: a daemon that is killed at any step of a run. The agent goes on, each line of it is in the log
 * once and in order, it is told each thing once, and a client that comes back with the last id it saw misses nothing.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Approval } from '../../../schemas/approval.ts';
import type { TaskEvent } from '../../../schemas/event.ts';
import type { Task } from '../../../schemas/task.ts';
import { spawnDaemon, type DaemonProcess } from '../../support/daemon-process.ts';
import { scratch, startDaemon, write, type TestDaemon } from '../../support/daemon.ts';
import { steps, killedAt } from '../../support/killed-approval.ts';
import { runSteps } from '../../support/run-steps.ts';
import { lines, untilThere, type AgentUnderTest } from './agent-under-test.ts';
import { countOf, keepRun, loggedLines, saidBy, there } from './stage.ts';

/** The steps of an agent that is greeted, beside those of every run. */
const ofGreeted = ['replies written', 'opening written'];
const ofMessages = ['message put', 'message handed', 'message accepted', 'message written'];
/** … where it waits for a next run. */
const ofNextRuns = ['message put', 'going on stored'];
/** What one test may take, of which none is to hold the others up, on a slow machine. */
const timeout = 240_000;

/** What a client saw until its daemon died. */
const seenUntilDeath = async (daemon: DaemonProcess, id: string): Promise<TaskEvent[]> => {
  const seen: TaskEvent[] = [];
  try {
    for await (const event of daemon.follow(id)) seen.push(event);
  } catch (error) {
    // The connection broke, or there was nobody any more.
    if (!(error instanceof TypeError)) throw error;
  }
  return seen;
};

/** Everything of a task that has ended is what the client saw before and what follows that. */
const hasNoGap = async (t: Test, daemon: TestDaemon, id: string, seen: readonly TaskEvent[]): Promise<void> => {
  const all = await daemon.events(id);
  t.strictSame(all.slice(0, seen.length), seen, 'what was seen stays');
  t.ok(
    all.every((event, index) => event.id > (all[index - 1]?.id ?? 0)),
    'in order',
  );
  t.equal(all.at(-1)?.type, 'end');
};

/** What a scripted agent noted of itself; nothing of a real one. */
const notesIn = (directory: string): string[] =>
  readdirSync(directory).flatMap((name) => readFileSync(join(directory, name), 'utf8').trimEnd().split('\n'));

interface Killed {
  home: string;
  notes: string;
  env: Record<string, string>;
}

const prepare = async (t: Test, under: AgentUnderTest, asks: boolean): Promise<Killed> => {
  const [home, notes] = [scratch(t), scratch(t)];
  const settings = await under.settings(t, { asks });
  const agentEnv = { ...JSON.parse(settings['MAKIMA_AGENT_ENV'] ?? '{}'), AGENT_NOTES: notes };
  return { home, notes, env: { ...settings, MAKIMA_AGENT_ENV: JSON.stringify(agentEnv) } };
};

/** Whether it is to be killed there. */
type Chosen = (point: string) => boolean;

const atItsSteps = (t: Test, under: AgentUnderTest, isChosen: Chosen): void => {
  const { words } = under;
  for (const point of [...runSteps, ...(under.isGreeted ? ofGreeted : [])].filter(isChosen))
    void t.test(`killed at: ${point}`, { timeout }, async (t) => {
      const { home, notes, env } = await prepare(t, under, false);
      const ran = join(scratch(t), 'ran');
      const dying = await spawnDaemon(t, home, 'none', env, point);
      const plan = lines(words.run(`echo ran >> '${ran}'`), words.say('It is said.'));
      const answer = await dying
        .call('POST', '/tasks', { name: point, agent: under.agent, plan, start: true })
        // Where it dies before it answers, the task is there all the same.
        .catch(() => null);
      const seen = answer === null ? [] : await seenUntilDeath(dying, answer.body.id);
      await dying.gone;
      const daemon = await startDaemon(t, 'none', { ...env, MAKIMA_HOME: home });
      const id = answer?.body.id ?? (await daemon.call<{ items: Task[] }>('GET', '/tasks')).body.items[0]?.id ?? 'none';
      const task = await daemon.ended(id);
      t.equal(task.status, 'done', task.errorMessage ?? point);
      t.equal(readFileSync(ran, 'utf8'), 'ran\n', 'it was told once');
      t.equal(countOf(await saidBy(daemon, id), 'It is said.'), 1);
      await hasNoGap(t, daemon, id, seen);
      const noted = notesIn(notes);
      t.same(noted, [...new Set(noted)], 'nothing was said to it twice');
      await daemon.close();
    });
};

const inTurns = (t: Test, under: AgentUnderTest, isChosen: Chosen): void => {
  const { words } = under;
  for (const point of (under.can.oneTurn ? ofNextRuns : ofMessages).filter(isChosen))
    void t.test(`killed at: ${point}, with an agent in its turn`, { timeout }, async (t) => {
      const { home, env } = await prepare(t, under, false);
      const gate = join(scratch(t), 'gate');
      const dying = await spawnDaemon(t, home, 'none', env, point);
      const plan = lines(words.run(untilThere(gate)), words.say('The plan is done.'));
      const { id } = (await dying.call('POST', '/tasks', { name: 'In its turn', agent: under.agent, plan, start: true })).body;
      const seen = seenUntilDeath(dying, id);
      await there(`${gate}.reached`);
      const kept = keepRun(t, home);
      const sent = dying.call('POST', `/tasks/${id}/messages`, { message: words.say('The message is done.') });
      // An agent that takes no message in a turn passes the later points when that has ended.
      const isLater = under.can.messageInTurn ? false : point !== 'message put';
      if (isLater) {
        await sent;
        write(join(gate, '..'), { gate: '' });
      } else await sent.catch(() => null);
      await dying.gone;
      const daemon = await startDaemon(t, 'none', { ...env, MAKIMA_HOME: home });
      if (!existsSync(gate)) {
        await daemon.until(id, (event) => event.type === 'message');
        write(join(gate, '..'), { gate: '' });
      }
      t.equal((await daemon.ended(id)).status, 'done');
      for (const each of ['plan', 'message']) t.equal(countOf(await saidBy(daemon, id), `The ${each} is done.`), 1, each);
      const events = await daemon.events(id);
      t.strictSame(
        events.flatMap((event) => (event.type === 'message' ? [event.action] : [])),
        ['queued', 'delivered'],
      );
      t.strictSame(loggedLines(events).slice(0, kept.out().length), kept.out(), 'each of its lines, once and in order');
      await hasNoGap(t, daemon, id, await seen);
      await daemon.close();
    });
};

const asking = (t: Test, under: AgentUnderTest, isChosen: Chosen): void => {
  const { words } = under;
  if (!under.can.ask) return;
  for (const step of steps.filter(isChosen))
    void t.test(`killed at: ${step}`, { timeout }, async (t) => {
      const { home, notes, env } = await prepare(t, under, true);
      const ran = join(scratch(t), 'ran');
      const plan = lines(words.ask(`echo ran >> '${ran}'`), words.say('It has asked.'));
      const outcome = await killedAt(t, home, 'none', env, { plan, agent: under.agent }, { decision: 'allow' }, step);
      t.match(outcome.task, { status: 'done', waitsFor: null }, outcome.task.errorMessage ?? step);
      t.match(
        outcome.approvals.map(({ status }: Approval) => status),
        ['allowed'],
      );
      t.strictSame(
        outcome.events.flatMap((event) => (event.type === 'approval' ? [event.status] : [])),
        ['pending', 'allowed'],
      );
      t.equal(readFileSync(ran, 'utf8'), 'ran\n');
      const noted = notesIn(notes);
      if (noted.length > 0) t.equal(noted.filter((line) => /^(?:answer|again|nobody asked)/.test(line)).length, 1, 'answered once');
    });
};

/**
 * A death of the daemon at each step, a test for each agent.
 * @param chosen - the steps alone at which it dies, for an agent whose start takes long: the others are those of the daemon more than of its agent
 */
export const killedSuite = (t: Test, agents: readonly AgentUnderTest[], chosen?: readonly string[]): void => {
  const isChosen = (point: string): boolean => chosen?.includes(point) ?? true;
  for (const under of agents)
    void t.test(under.title, { timeout: 1_800_000 }, (t) => {
      for (const part of [atItsSteps, inTurns, asking]) part(t, under, isChosen);
      t.end();
    });
};
