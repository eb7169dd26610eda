import t, { type Test } from 'tap';
import type { EventType, StreamEvent } from '../../schemas/event.ts';
import type { EventPlace, StoredEvent } from '../../src/events/event-log.ts';
import { followAll, followTask } from '../../src/tasks/reading/follow-events.ts';
import { transcript } from '../agents/claude/transcript.ts';
import { sampleTask, taskId as id } from '../http/recorded-actions.ts';
import { readingParts } from './reading-parts.ts';

const said = (...content: object[]): string => JSON.stringify({ type: 'assistant', message: { content }, parent_tool_use_id: null });
const text = (words: string): object => ({ type: 'text', text: words });

/** A task with these lines of its agent in its log, cut into pieces where they are longer than that, and with other events between. */
const withLines = async (t: Test, lines: readonly string[], pieceLength = Infinity) => {
  const parts = await readingParts(t);
  const { store, log } = parts;
  await store.createTask(sampleTask());
  for (const line of lines) {
    const pieces = line.match(new RegExp(`.{1,${Math.min(pieceLength, 60_000)}}`, 'gsu')) ?? [];
    pieces.forEach((content, n) => {
      log.append(id, [
        { type: 'output', stream: 'stdout', content, ...(n < pieces.length - 1 && { partial: true }) },
        { type: 'output', stream: 'stderr', content: 'between' },
      ]);
    });
  }
  log.append(id, [{ type: 'end', status: 'done' }]);

  const read = async (types: readonly EventType[], after: EventPlace = 0): Promise<StoredEvent[]> => {
    const { signal } = new AbortController();
    const events: StoredEvent[] = [];
    for await (const event of await followTask(parts, { kind: 'owner' }, id, { types, after, signal })) events.push(event);
    return events;
  };
  const readAll = async (types: readonly EventType[], count: number): Promise<StoredEvent[]> => {
    const over = new AbortController();
    const events: StoredEvent[] = [];
    for await (const event of await followAll(parts, { kind: 'owner' }, { types, after: 0, signal: over.signal })) {
      events.push(event);
      if (events.length === count) over.abort();
    }
    return events;
  };
  return { read, readAll, log };
};

const activities = (events: readonly StoredEvent[]) => events.flatMap(({ event }) => (event.type === 'activity' ? event : []));

void t.test('what the real agent did, in words of no maker', async (t) => {
  const { read } = await withLines(t, transcript('basic'));
  const done = activities(await read(['activity']));
  t.same(
    done.map(({ kind, tool, text: words, isError }) => [kind, tool?.name ?? words?.split('\n')[0]?.slice(0, 20), isError]),
    [
      ['text', 'working on it', false],
      ['tool', 'Bash', false],
      ['tool-result', 'hi', false],
      ['tool', 'Write', false],
      ['tool-result', 'File created success', false],
      ['tool', 'Edit', false],
      ['tool-result', 'The file out.txt has', false],
      ['tool', 'Read', false],
      ['tool-result', '1\tline1', false],
      ['text', 'mock: done (4 tool c', false],
    ],
  );
  t.match(done[1]?.tool, { name: 'Bash', input: { command: 'echo hi; pwd' } });
  for (let n = 1; n < 9; n += 2) t.equal(done[n]?.callId, done[n + 1]?.callId, 'a result names its call');
  t.match(activities(await (await withLines(t, transcript('api-401'))).read(['activity'])).at(-1), {
    kind: 'error',
    text: /Failed to authenticate/,
  });
  const denied = activities(await (await withLines(t, transcript('tools-denied'))).read(['activity']));
  t.ok(denied.some(({ kind, isError }) => kind === 'tool-result' && isError));
  t.ok(denied.some(({ kind, text: words }) => kind === 'error' && words?.startsWith('not permitted') === true));
});

void t.test('a reader that is cut off anywhere has all of it in the end, each once', async (t) => {
  const lines = [
    said({ type: 'thinking', thinking: 'hm' }, text('one'), { type: 'tool_use', id: 'c', name: 'Bash', input: { command: 'ls' } }),
    JSON.stringify({ type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 'c', content: 'a', is_error: false }] } }),
    'noise of a wrapper',
    said(text('two ü'.repeat(9)), text('three')),
    JSON.stringify({ type: 'result', subtype: 'success', is_error: true, result: 'failed' }),
  ];
  for (const pieceLength of [Infinity, 40]) {
    const { read, readAll, log } = await withLines(t, lines, pieceLength);
    for (const types of [['activity'], ['activity', 'output'], ['end', 'activity']] as const) {
      const all = await read(types);
      t.equal(activities(all).length, 7);
      const places = all.map(({ place }) => place);
      t.equal(new Set(places).size, places.length, 'no two have the same place');
      for (const [n, place] of places.entries())
        t.same(
          (await read(types, place)).map(({ json }) => json),
          all.slice(n + 1).map(({ json }) => json),
          `${types.join()} after ${place}`,
        );
      t.same(
        (await readAll(types, all.length)).map(({ json }) => json),
        all.map(({ json }) => json),
        'over all tasks',
      );
    }
    const output = (await read(['output'])).map(({ json }) => json);
    t.same(
      (await read(['output', 'activity'])).filter(({ type }) => type === 'output').map(({ json }) => json),
      output,
      'the lines themselves are as they were',
    );
    log.remove(id);
  }
});

void t.test('what is long is cut and says so, and nothing steers a terminal', async (t) => {
  const deep: unknown = JSON.parse(`${'{"a":'.repeat(20)}1${'}'.repeat(20)}`);
  const input = { content: 'x'.repeat(100_000), list: Array.from({ length: 500 }, () => 'y'), deep, short: 1 };
  const { read } = await withLines(t, [
    said(text(`\u001b[31m${'z'.repeat(50_000)}`), { type: 'tool_use', id: 'c', name: 'Write\u0007', input }, text('short')),
    said({
      type: 'tool_use',
      id: 'p',
      name: 'TodoWrite',
      input: {
        todos: [
          { content: 'a', status: 'completed' },
          { content: 'b', status: 'pending' },
        ],
      },
    }),
  ]);
  const [long, tool, short, plan] = activities(await read(['activity']));
  t.equal(long?.isCut, true);
  t.match(long?.text, /^z{30000,}$/);
  t.equal(tool?.isCut, true);
  t.equal(tool?.tool?.name, 'Write');
  t.ok(JSON.stringify(tool).length < 10_000);
  t.match(tool?.tool?.input, { short: 1 });
  t.notOk(short && 'isCut' in short);
  t.match(plan, { kind: 'plan', text: '[x] a\n[ ] b', tool: { name: 'TodoWrite' } });
});

void t.test('where nobody asks for it there is none', async (t) => {
  const { read } = await withLines(t, transcript('basic'));
  t.notOk((await read(['output', 'end'])).some(({ event }: { event: StreamEvent }) => event.type === 'activity'));
});
