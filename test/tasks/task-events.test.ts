import t from 'tap';
import type { TaskEvent, SnapshotEnd } from '../../schemas/event.ts';
import type { NewToolKey } from '../../schemas/tool-key.ts';
import type { StoredEvent } from '../../src/events/event-log.ts';
import { followAll } from '../../src/tasks/reading/follow-events.ts';
import { sampleTask } from '../http/recorded-actions.ts';
import { startDaemon, type TestDaemon } from '../support/daemon.ts';
import { readingParts } from './reading-parts.ts';

type Streamed = (TaskEvent | SnapshotEnd) & { place: string };

/** A stream of events that is read as far as a test wants. */
class Reader {
  readonly #over = new AbortController();
  readonly #events: AsyncGenerator<Streamed>;
  /** Of the last event that was read. */
  place = '';

  constructor(daemon: TestDaemon, path: string, headers: Record<string, string> = { authorization: `Bearer ${daemon.token}` }) {
    const response = fetch(`${daemon.app.url}/api/v1/mesh${path}`, { headers, signal: this.#over.signal });
    this.#events = (async function* () {
      const { body, status } = await response;
      if (status !== 200 || !body) throw new Error(String(status));
      let rest = '';
      for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
        const frames = (rest + chunk).split('\n\n');
        rest = frames.pop() ?? '';
        for (const frame of frames) {
          const [, place, type, data] = /^id: (\S+)\nevent: (\S+)\ndata: (.*)$/.exec(frame) ?? [];
          if (data === undefined || place === undefined) continue;
          const event = JSON.parse(data);
          if (event.type !== type || String(event.id) !== place.split('-')[0]) throw new Error(frame);
          yield { ...event, place };
        }
      }
    })();
  }

  /** The events up to the first that fits, or all up to the end. */
  async until(fits: (event: Streamed) => boolean): Promise<Streamed[]> {
    const seen: Streamed[] = [];
    for (;;) {
      const { value, done } = await this.#events.next();
      if (done === true) return seen;
      this.place = value.place;
      seen.push(value);
      if (fits(value)) return seen;
    }
  }

  leave(): void {
    this.#over.abort();
  }
}

const isWhole = ({ type }: Streamed): boolean => type === 'snapshot';
const isTask =
  (id: string, status?: string) =>
  (event: Streamed): boolean =>
    event.type === 'task' && event.taskId === id && (status === undefined || event.task?.status === status);
const never = (): boolean => false;
/** What of events tells: the types, and of tasks their names and states. */
const told = (events: readonly Streamed[]): string[] =>
  events.map((event) => (event.type === 'task' ? `${event.task?.name ?? ''} ${event.task?.status ?? 'deleted'}` : event.type));

void t.test('tasks as they are, in streams', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan');
  const readers: Reader[] = [];
  const read = (path: string, headers?: Record<string, string>): Reader => {
    const reader = new Reader(daemon, path, headers);
    readers.push(reader);
    return reader;
  };
  t.teardown(() => readers.forEach((reader) => reader.leave()));
  const withOwner = (more: Record<string, string>) => ({ authorization: `Bearer ${daemon.token}`, ...more });

  await t.test('a list needs one stream: all tasks, then each change, to its end', async (t) => {
    const made = [];
    for (let n = 0; n < 60; n++) made.push(await daemon.make({ name: `old ${n}` }));
    const list = read('/events?snapshot=true&types=task');
    const first = await list.until(isWhole);
    t.same(
      told(first),
      [...made.toReversed().map(({ name }) => `${name} pending`), 'snapshot'],
      'the newest first, over pages of them, and no event of a log',
    );
    const end = first.at(-1);
    t.match(end, { type: 'snapshot', tasks: 60 });
    const whole = first[0];
    t.same(whole?.type === 'task' && whole.task, (await daemon.call('GET', `/tasks/${made.at(-1)?.id}`)).body);

    const task = await daemon.make({ name: 'new' });
    t.same(told(await list.until(isTask(task.id))), ['new pending']);
    await daemon.call('PUT', `/tasks/${task.id}`, { name: 'renamed' });
    t.same(told(await list.until(isTask(task.id))), ['renamed pending'], 'a change that no log tells of');
    await daemon.call('POST', `/tasks/${task.id}/start`);
    const states = await list.until(isTask(task.id, 'done'));
    t.match(told(states).at(-1), 'renamed done');
    t.same(
      states.map(({ id }) => id),
      states.map(({ id }) => id).toSorted((a, b) => a - b),
    );
    await daemon.ended(task.id);
    t.equal((await daemon.call('DELETE', `/tasks/${task.id}`)).status, 204);
    const gone = (await list.until((event) => event.type === 'task' && event.deleted === true)).at(-1);
    t.match(gone, { type: 'task', taskId: task.id, deleted: true });
    t.notOk(gone?.type === 'task' && gone.task);

    const place = list.place;
    list.leave();
    await daemon.call('PUT', `/tasks/${made[0]?.id}`, { name: 'changed meanwhile' });
    await daemon.call('DELETE', `/tasks/${made[1]?.id}`);
    const again = read('/events?snapshot=true&types=task', withOwner({ 'last-event-id': place }));
    const names = told(await again.until(isWhole));
    t.equal(names.length, 60, 'who comes back has all of it again');
    t.ok(names.includes('changed meanwhile pending'));
    t.notOk(names.includes('old 1 pending'));
    const unasked = read(`/events?types=task&after=${place}`);
    t.equal(told(await unasked.until(isWhole)).length, 60, 'so has one that comes back without asking: nothing else tells of it');
    for (const { id } of made) await daemon.call('DELETE', `/tasks/${id}`);
  });

  await t.test('nothing is lost between the snapshot and what comes, nor where a reader was cut off in the middle of it', async (t) => {
    const before = await daemon.start({ name: 'before', plan: 'true' });
    await daemon.ended(before.id);
    const all = read('/events?snapshot=true');
    const whole = await all.until(isWhole);
    const task = await daemon.start({ name: 'now', plan: 'true' });
    const live = await all.until((event) => event.type === 'end');
    const log = await daemon.events(task.id);
    t.same(
      live.filter(({ type }) => type !== 'task').map(({ id }) => id),
      log.map(({ id }) => id),
    );
    // Cut off in the middle of a snapshot, come back and cut off in the middle of the next.
    const first = read('/events?snapshot=true', withOwner({ 'last-event-id': whole[0]?.place ?? '' }));
    await first.until(isTask(task.id));
    first.leave();
    const cut = read('/events?snapshot=true', withOwner({ 'last-event-id': first.place }));
    const since = (await cut.until(isWhole)).concat(await cut.until((event) => event.type === 'end'));
    t.same(
      since.filter(({ type }) => type !== 'task' && type !== 'snapshot').map(({ id }) => id),
      log.map(({ id }) => id),
    );
    for (const { id } of [before, task]) await daemon.call('DELETE', `/tasks/${id}`);
  });

  await t.test("a task's own stream has it where it is asked for, and its last state before it closes", async (t) => {
    const task = await daemon.make({ name: 'own', plan: 'true' });
    const own = read(`/tasks/${task.id}/events?types=task,end&view=summary`);
    const first = await own.until(isTask(task.id));
    t.same(told(first), ['own pending']);
    t.notOk(first[0]?.type === 'task' && 'plan' in (first[0].task ?? {}), 'without the plan');
    await daemon.call('POST', `/tasks/${task.id}/start`);
    const rest = await own.until(never);
    t.equal(told(rest).filter((each) => each === 'end').length, 1);
    const last = rest.filter(({ type }) => type === 'task').at(-1);
    const { plan: _, ...now } = (await daemon.call('GET', `/tasks/${task.id}`)).body;
    t.same(last?.type === 'task' && last.task, now);
    const plain = await read(`/tasks/${task.id}/events`).until(never);
    t.notOk(
      plain.some(({ type }) => type === 'task'),
      'who does not ask has what it always had',
    );
    await daemon.call('DELETE', `/tasks/${task.id}`);

    const doomed = await daemon.make({ name: 'doomed' });
    const watched = read(`/tasks/${doomed.id}/events?types=task`);
    await watched.until(isTask(doomed.id));
    await daemon.call('DELETE', `/tasks/${doomed.id}`);
    t.same(told(await watched.until(never)), [' deleted']);
  });

  await t.test('a tool key is told of its tree alone, of its ends too', async (t) => {
    const parent = await daemon.make({ name: 'parent', isOrchestrator: true });
    const child = await daemon.make({ name: 'child', parentTaskId: parent.id });
    const other = await daemon.make({ name: 'other' });
    const { key } = (await daemon.call<NewToolKey>('POST', `/tasks/${parent.id}/tool-keys`, {})).body;
    const list = read('/events?snapshot=true&types=task', { 'x-makima-tool-key': key });
    t.same(told(await list.until(isWhole)), ['child pending', 'parent pending', 'snapshot']);
    await daemon.call('PUT', `/tasks/${other.id}`, { name: 'other still' });
    await daemon.call('DELETE', `/tasks/${other.id}`);
    const second = await daemon.make({ name: 'second', parentTaskId: parent.id });
    await daemon.call('DELETE', `/tasks/${child.id}`);
    await daemon.call('PUT', `/tasks/${second.id}`, { name: 'last' });
    const rest = told(await list.until((event) => event.type === 'task' && event.task?.name === 'last'));
    t.same(
      rest.filter((each) => each !== 'second pending'),
      [' deleted', 'last pending'],
    );
    await daemon.call('DELETE', `/tasks/${parent.id}`);
  });
});

void t.test('a reader that stalls is told of the latest state alone, and misses no event of a log', async (t) => {
  const parts = await readingParts(t);
  const { store, ledger } = parts;
  const tasks = [1, 2, 3].map((n) => sampleTask({ id: `00000000-0000-4000-8000-00000000000${n}`, name: `task ${n}` }));
  for (const task of tasks) await ledger.create(task);
  const over = new AbortController();
  const options = { types: ['task', 'output'] as const, after: null, snapshot: true, signal: over.signal };
  const events = (await followAll(parts, { kind: 'owner' }, options))[Symbol.asyncIterator]();
  const next = async (): Promise<StoredEvent> => {
    const { value, done } = await events.next();
    if (done === true) throw new Error('it ended');
    return value;
  };
  t.match((await next()).event, { type: 'task', task: { name: 'task 3' } });
  // In the middle of the snapshot: of all, of one that was told already, and of one that is still to come.
  for (let n = 1; n <= 100; n++) {
    for (const { id } of tasks) await ledger.update(id, { progressSummary: `${n} done` });
    ledger.say(tasks[0]?.id ?? '', `line ${n}`);
  }
  await store.deleteTasks([tasks[1]?.id ?? '']);
  ledger.forget(tasks[1]?.id ?? '');
  const rest: StoredEvent[] = [];
  const isLatest = ({ event }: StoredEvent): boolean =>
    event.type === 'task' && (event.deleted === true || event.task?.progressSummary === '100 done');
  do rest.push(await next());
  while (new Set(rest.filter(isLatest).map(({ event }) => event.type === 'task' && event.taskId)).size < 3);
  const states = rest.flatMap(({ event }) => (event.type === 'task' ? event : []));
  t.ok(states.length <= 6, `${states.length} states for 300 changes`);
  t.match(states.filter(({ taskId }) => taskId === tasks[1]?.id).at(-1), { deleted: true });
  while (rest.filter(({ event }) => event.type === 'output').length < 100) rest.push(await next());
  t.same(
    rest.flatMap(({ event }) => (event.type === 'output' ? event.content : [])),
    Array.from({ length: 100 }, (_, n) => `line ${n + 1}`),
  );
  over.abort();
  t.equal((await events.next()).done, true);
});
