/**
 * A world of agents over the queue's rules, with a clock of its own: random trees with dependencies, approvals, pauses, limits, deaths of agents
 * and of the daemon. What is held against the rules at each step is worked out anew from the whole world, in the plainest way.
 */
import fc from 'fast-check';
import t from 'tap';
import { readiness, standsOn, type Stands } from '../../src/domain/queue/readiness.ts';
import { Slots } from '../../src/domain/queue/slots.ts';
import { isTerminal } from '../../src/domain/status-machine.ts';
import { diceOf } from '../chaos/seeded.ts';

type Waits = 'subtasks' | 'approval';
interface Being {
  id: string;
  depth: number;
  priority: number;
  agent: string;
  parent: Being | null;
  dependsOn: string[];
  /** Of an orchestrator: what it will make. */
  plans: Being[];
  status: 'pending' | 'queued' | 'running' | 'paused' | 'blocked' | 'done' | 'failed' | 'interrupted';
  waits: Waits | null;
  /** What it waited for is over, and it wants a slot. */
  wants: boolean;
  /** It gave up waiting and went on, though there may have been no slot. */
  isExtra: boolean;
  arrived: number;
  made: boolean;
  asks: number;
}

const fail = (what: string): never => {
  throw new Error(what);
};

/** One world, from its making to the end of all in it. @throws Error where a promise is broken */
const live = (seed: number): void => {
  const dice = diceOf(seed);
  const below = (number: number): number => dice.between(0, number - 1);
  const chance = (): number => below(1000) / 1000;
  const pick = <T>(of: readonly T[]): T | undefined => of[below(of.length)];
  const count = 1 + below(3);
  const interval = pick([0, 0, 7]) ?? 0;
  const all: Being[] = [];
  const byId = new Map<string, Being>();
  let slots = new Slots<string>(count, interval);
  let now = 1000;
  let arrivals = 0;
  let lastStart = -Infinity;
  const limits = new Map<string, number>();

  const plan = (depth: number, parent: Being | null): Being => {
    const being: Being = {
      ...{ id: `${all.length}`, depth, priority: below(3) - 1, agent: pick(['a', 'b']) ?? 'a', parent, dependsOn: [], plans: [] },
      ...{ status: 'pending', waits: null, wants: false, isExtra: false, arrived: 0, made: false, asks: below(3) },
    };
    // On earlier ones alone, none of them above it or before one above it: so there is no cycle.
    const siblings = parent === null ? all.filter((each) => each.parent === null) : parent.plans;
    being.dependsOn = siblings.filter((each) => each !== being && chance() < 0.2).map(({ id }) => id);
    all.push(being);
    byId.set(being.id, being);
    if (depth < 3 && chance() < 0.5) for (let child = 1 + below(3); child > 0; child -= 1) being.plans.push(plan(depth + 1, being));
    return being;
  };
  for (let top = 2 + below(4); top > 0; top -= 1) plan(0, null);

  const stateOf = (being: Being) => {
    const on = being.dependsOn.flatMap((id): [string, Stands][] => {
      const other = byId.get(id);
      return other ? [[id, { task: { id, name: id, status: other.status }, isOver: isTerminal(other.status) }]] : [];
    });
    const task = { dependsOn: being.dependsOn, continueFromTaskId: null, overlayPath: null };
    return readiness(task, standsOn(task, []), new Map(on), new Set());
  };
  const end = (being: Being, status: 'done' | 'failed' | 'interrupted'): void => {
    being.status = status;
    being.waits = null;
    being.wants = false;
    being.isExtra = false;
    slots.remove(being.id);
    // Nobody is left to look at what is below one that does not end well.
    if (status !== 'done') for (const child of being.plans) if (!isTerminal(child.status) && child.made) end(child, 'interrupted');
  };
  const start = (being: Being): void => {
    being.status = 'queued';
    being.made = true;
    being.arrived = arrivals += 1;
    slots.add(
      being.id,
      { lane: being.depth, priority: being.priority, agent: being.agent },
      stateOf(being).kind === 'ready' ? 'waiting' : 'held',
    );
  };
  const goOn = (being: Being): void => {
    being.wants = true;
    slots.move(being.id, 'returning');
  };
  const goOnAtOnce = (being: Being): void => {
    Object.assign(being, { status: 'running', waits: null, wants: false, isExtra: true });
    slots.move(being.id, 'seated');
  };
  const block = (being: Being, waits: Waits): void => {
    being.status = 'blocked';
    being.waits = waits;
    being.wants = false;
    being.isExtra = false;
    slots.move(being.id, 'away');
  };

  /** What follows by itself. */
  const settle = (): void => {
    for (let again = true; again;) {
      again = false;
      for (const being of all) {
        if (being.status === 'queued') {
          const found = stateOf(being);
          if (found.kind === 'failed') end(being, 'failed');
          if (found.kind === 'failed') again = true;
          else if (found.kind === 'ready' && slots.standing(being.id) === 'held') slots.move(being.id, 'waiting');
          else if (found.kind === 'waits') slots.move(being.id, 'held');
        }
        const isFree = being.status === 'blocked' && being.waits === 'subtasks' && being.plans.every(({ status }) => isTerminal(status));
        if (isFree && !being.wants) goOn(being);
      }
      const { granted } = slots.grant(now);
      for (const id of granted) seat(byId.get(id) ?? fail('nobody'));
      again ||= granted.length > 0;
    }
  };
  const lineOf = (depth: number): Being[] =>
    all
      .filter((each) => each.depth === depth && ((each.status === 'queued' && stateOf(each).kind === 'ready') || each.wants))
      .filter((each) => each.wants || (limits.get(each.agent) ?? 0) <= now)
      .sort((a, b) => b.priority - a.priority || Number(b.wants) - Number(a.wants) || a.arrived - b.arrived);
  const seat = (being: Being): void => {
    // One that is next may have to keep apart from the last start: who returns does not wait for that.
    const line = lineOf(being.depth);
    const first = being.wants && interval > 0 ? line.find(({ wants }) => wants) : line[0];
    if (all.filter((each) => each.depth === being.depth && holds(each)).length >= count) fail(`${being.id} had a slot where none was free`);
    if (first !== being) fail(`${being.id} had its turn before ${first?.id}`);
    if (being.wants) {
      being.wants = false;
      being.waits = null;
    } else {
      if (being.dependsOn.some((id) => byId.get(id)?.status !== 'done')) fail(`${being.id} began before what it depends on`);
      if (now - lastStart < interval) fail('two starts came too close');
      lastStart = now;
    }
    being.status = 'running';
  };

  const holds = ({ status }: Being): boolean => status === 'running' || status === 'paused';
  const check = (): void => {
    for (const depth of [0, 1, 2, 3]) {
      const seated = all.filter((each) => each.depth === depth && holds(each)).length;
      const extra = all.filter((each) => each.depth === depth && each.isExtra).length;
      if (seated - extra > count) fail(`${seated} run at depth ${depth}, where ${count} may`);
      const line = lineOf(depth);
      const [next] = line;
      if (next && seated < count && (next.wants || now - lastStart >= interval)) fail(`${next.id} could have its slot, and has none`);
      for (const [index, being] of line.entries()) {
        const why = slots.why(being.id, now);
        if (why?.kind !== 'slot' || why.position < index + 1) fail(`${being.id} is told it waits for ${JSON.stringify(why)}`);
      }
    }
    for (const being of all.filter(({ status }) => status === 'queued')) {
      const state = stateOf(being);
      const why = slots.why(being.id, now);
      if (state.kind === 'waits' ? state.taskIds.length === 0 || why !== null : why === null) fail(`${being.id} is not told why it waits`);
      if (why?.kind === 'limit' && (limits.get(being.agent) ?? 0) <= now) fail(`${being.id} waits for a limit that is over`);
    }
  };

  /** The daemon dies: what is stored is taken up by the next. */
  const restart = (): void => {
    slots = new Slots<string>(count, interval);
    lastStart = -Infinity;
    for (const [agent, until] of limits) if (until > now) slots.pause(agent, until);
    const turn = ({ depth, priority, agent }: Being) => ({ lane: depth, priority, agent });
    const known = all.toSorted((a, b) => a.arrived - b.arrived);
    for (const being of known) {
      if (holds(being)) slots.add(being.id, turn(being), 'seated');
      if (being.status === 'blocked') slots.add(being.id, turn(being), 'away');
      if (being.wants) slots.move(being.id, 'returning');
      if (being.status === 'queued') slots.add(being.id, turn(being), stateOf(being).kind === 'ready' ? 'waiting' : 'held');
    }
  };

  const act = (being: Being): void => {
    if (being.asks > 0 && chance() < 0.4) {
      being.asks -= 1;
      block(being, 'approval');
    } else if (being.plans.some(({ status }) => status === 'pending')) {
      for (const child of being.plans) if (child.status === 'pending') start(child);
    } else if (being.plans.some(({ status }) => !isTerminal(status))) {
      // Some wait as they should, some look again and again, and keep their slot.
      if (Number(being.id) % 3 > 0) block(being, 'subtasks');
    } else end(being, chance() < 0.9 ? 'done' : 'failed');
  };

  for (const top of all.filter(({ parent }) => parent === null)) start(top);
  settle();
  check();
  for (let step = 0; all.some(({ status, made }) => made && !isTerminal(status)); step += 1) {
    // In the end nothing disturbs any more: whoever is not through by then is held up by the rules.
    const isCalm = step > 300;
    if (step > 5000)
      fail(
        `still there: ${JSON.stringify(all.filter(({ status }) => !isTerminal(status)).map(({ id, status, waits }) => [id, status, waits]))}`,
      );
    const lot = chance();
    const running = all.filter(({ status }) => status === 'running');
    const one = pick(running);
    const asking = pick(all.filter((each) => each.status === 'blocked' && each.waits === 'approval' && !each.wants));
    const paused = pick(all.filter(({ status }) => status === 'paused'));
    if (lot < 0.25) now += 1 + below(20);
    else if (asking && lot < 0.4) goOn(asking);
    else if (paused && lot < 0.5) paused.status = 'running';
    else if (lot < 0.52) {
      const impatient = pick(all.filter((each) => each.status === 'blocked' && each.waits === 'subtasks'));
      if (impatient) goOnAtOnce(impatient);
    } else if (!isCalm && one && lot < 0.54) one.status = 'paused';
    else if (!isCalm && lot < 0.58) {
      const agent = pick(['a', 'b']) ?? 'a';
      limits.set(agent, now + 40);
      slots.pause(agent, now + 40);
    } else if (!isCalm && lot < 0.61) restart();
    else if (!isCalm && lot < 0.63) {
      const dead = pick(all.filter(({ status }) => ['queued', 'running', 'paused', 'blocked'].includes(status)));
      if (dead) end(dead, dead.status === 'queued' ? 'interrupted' : 'failed');
    } else if (one) act(one);
    settle();
    check();
  }
};

void t.test('no deadlock, no slot too many, nobody starved, the order kept, and all who wait told why', (t) => {
  fc.assert(
    fc.property(fc.integer(), (seed) => live(seed)),
    { numRuns: 1000 },
  );
  t.end();
});

void t.test('starts keep apart, and a clock that is set back holds nobody up', (t) => {
  const slots = new Slots<string>(5, 100);
  for (const key of ['a', 'b', 'c']) slots.add(key, { lane: 0, priority: 0, agent: 'x' }, 'waiting');
  t.same(slots.grant(1000), { granted: ['a'], again: 1100 });
  t.same(slots.grant(1099), { granted: [], again: 1100 });
  t.same(slots.grant(1100), { granted: ['b'], again: 1200 });
  t.same(slots.grant(10), { granted: [], again: 110 });
  t.same(slots.grant(110), { granted: ['c'], again: null });
  t.end();
});

void t.test('starts can be paused: of all, of an agent, until a time and until it is said; who had a slot gets it again', (t) => {
  const slots = new Slots<string>(5, 0);
  slots.add('back', { lane: 0, priority: 0, agent: 'x' }, 'away');
  slots.add('x', { lane: 0, priority: 0, agent: 'x' }, 'waiting');
  slots.add('y', { lane: 0, priority: 0, agent: 'y' }, 'waiting');
  slots.pause('x', 500);
  slots.move('back', 'returning');
  t.same(slots.grant(100), { granted: ['back', 'y'], again: 500 });
  t.same(slots.why('x', 100), { kind: 'limit', until: 500 });
  slots.pause(null, null);
  t.same(slots.why('x', 100), { kind: 'limit', until: null });
  t.same(slots.grant(500), { granted: [], again: null });
  slots.resume(null);
  t.same(slots.grant(500), { granted: ['x'], again: null });
  t.end();
});

void t.test('who goes on though there is no slot holds up those who come, not those who run', (t) => {
  const slots = new Slots<string>(1, 0);
  for (const key of ['a', 'b']) slots.add(key, { lane: 0, priority: 0, agent: 'x' }, 'waiting');
  t.same(slots.grant(0).granted, ['a']);
  slots.move('a', 'away');
  t.same(slots.grant(0).granted, ['b']);
  slots.move('a', 'seated');
  slots.add('c', { lane: 0, priority: 0, agent: 'x' }, 'waiting');
  slots.remove('b');
  t.same(slots.grant(0).granted, []);
  slots.remove('a');
  t.same(slots.grant(0).granted, ['c']);
  t.end();
});
