/** Agents that tell a text word by word, a line each: what a person reads, and what clients are told. */
import t, { type Test } from 'tap';
import type { EventPayload, EventType } from '../../schemas/event.ts';
import { EventLines } from '../../clients/cli/output/event-lines.ts';
import type { AgentActivity, AgentDriver } from '../../src/agents/driver.ts';
import { activityWords } from '../../src/agents/activity-words.ts';
import type { EventPlace, StoredEvent } from '../../src/events/event-log.ts';
import { followTask } from '../../src/tasks/reading/follow-events.ts';
import { readableOutput, readOutput } from '../../src/tasks/reading/read-output.ts';
import { sampleTask, taskId as id } from '../http/recorded-actions.ts';
import { readingParts } from './reading-parts.ts';

type Line = { text: string; thinking?: true; of?: string } | { tool: string } | { quiet: true } | { over: true };

/** Lines as those of the Agent Client Protocol are: none tells whether the one before it was of the same text. */
const wordByWord = {
  activities: (line: string): AgentActivity[] => {
    const said = (JSON.parse(line) as { params: Line }).params;
    const none = { text: null, tool: null, callId: null, parentCallId: null, isError: false };
    if ('tool' in said) return [{ ...none, kind: 'tool', tool: { name: said.tool, input: {} } }];
    if (!('text' in said)) return [];
    return [
      { ...none, kind: said.thinking === true ? 'thinking' : 'text', text: said.text, parentCallId: said.of ?? null, isContinued: true },
    ];
  },
  readable: (line: string): string | null => {
    if ('over' in (JSON.parse(line) as { params: Line }).params) return '✓ done';
    return wordByWord.activities(line).map(activityWords).join('') || null;
  },
};

const line = (said: Line): string => JSON.stringify({ jsonrpc: '2.0', method: 'session/update', params: said });
const out = (...said: Line[]): EventPayload[] => said.map((each) => ({ type: 'output', stream: 'stdout', content: line(each) }));
const of = (stream: 'stderr' | 'stdin' | 'system', content: string): EventPayload => ({ type: 'output', stream, content });

const story: readonly EventPayload[] = [
  of('system', 'Agent: other'),
  of('stdin', 'the plan'),
  ...out({ text: 'I wi' }, { text: 'll look.' }, { quiet: true }, { text: '\n' }, { text: '\nThen' }, { text: ' act' }),
  ...out({ thinking: true, text: 'h' }, { thinking: true, text: 'm' }, { text: 'Now:' }, { tool: 'Bash' }, { text: 'Don' }),
  of('stderr', 'a warning'),
  ...out({ text: 'e' }, { text: ' it', of: 'c1' }, { text: ' too', of: 'c1' }, { text: 'x' }, { over: true }, { text: 'Again' }),
  of('stdin', 'more'),
  ...out({ text: 'Yes' }, { text: '.' }, { text: 'Sub', of: 'c2' }, { over: true }),
  { type: 'end', status: 'done' },
];

const readable = [
  '[makima] Agent: other',
  '> the plan',
  'I will look.',
  '',
  'Then act',
  'Now:',
  '● Bash',
  'Don',
  '[stderr] a warning',
  'e',
  '   it too',
  'x',
  '✓ done',
  'Again',
  '> more',
  'Yes.',
  '  Sub',
  '✓ done',
];

/** What clients have who add to a text what goes on with it. */
const texts = [
  'I will look.\n\nThen act',
  'hm',
  'Now:',
  '● Bash',
  // Without what another program says meanwhile.
  'Done',
  ' it too',
  'x',
  'Again',
  'Yes.',
  'Sub',
];

const withStory = async (t: Test, events: readonly EventPayload[] = story) => {
  const parts = await readingParts(t);
  const { default: claude } = parts.drivers;
  const driver: AgentDriver = { ...claude, ...wordByWord };
  const all = { ...parts, drivers: { ...parts.drivers, find: () => driver } };
  await parts.store.createTask(sampleTask());
  for (const event of events) parts.log.append(id, [event]);
  const read = async (types: readonly EventType[], after: EventPlace = 0): Promise<StoredEvent[]> => {
    const found: StoredEvent[] = [];
    const { signal } = new AbortController();
    for await (const event of await followTask(all, { kind: 'owner' }, id, { types, after, signal })) found.push(event);
    return found;
  };
  return { parts: all, read };
};

void t.test('a person reads whole lines, wherever reading begins', async (t) => {
  const { parts } = await withStory(t);
  const { signal } = new AbortController();
  const read = async (begin: { after: number; tail?: number }): Promise<string[]> => {
    const pieces: string[] = [];
    for await (const piece of await readableOutput(parts, { kind: 'owner' }, id, { ...begin, follow: false, signal })) pieces.push(piece);
    return pieces;
  };
  const pieces = await read({ after: 0 });
  t.equal(pieces.join(''), `${[...readable, '[makima] done'].join('\n')}\n`);
  t.strictSame(pieces.slice(2, 7), ['I wi', 'll look.', '\n', '\nThen', ' act'], 'each piece as it comes');
  t.match((await read({ after: 0, tail: 8 })).join(''), /^x\n✓ done\nAgain\n> more\nYes\.\n/);
  t.match((await read({ after: 3 })).join(''), /^ll look\.\n/, 'from the middle of a text');
  const { items } = await readOutput(parts, { kind: 'owner' }, id, { after: 0, limit: 1000 });
  t.equal(items.length, story.length - 1, 'the lines themselves are as they were');
});

void t.test('a text that is not over is there as far as it has come', async (t) => {
  const { parts } = await withStory(t, story.slice(0, 4));
  const over = new AbortController();
  const pieces = (await readableOutput(parts, { kind: 'owner' }, id, { after: 0, follow: true, signal: over.signal }))[
    Symbol.asyncIterator
  ]();
  const next = async (): Promise<unknown> => (await pieces.next()).value;
  t.strictSame([await next(), await next(), await next(), await next()], ['[makima] Agent: other\n', '> the plan\n', 'I wi', 'll look.']);
  parts.log.append(id, out({ over: true }));
  t.equal(await next(), '\n✓ done\n');
  parts.log.append(id, out({ text: 'More' }));
  t.equal(await next(), 'More');
  over.abort();
  t.equal(await next(), '\n', 'a reader that goes leaves no half of a line');
});

void t.test('clients are told what goes on, however often they are cut off', async (t) => {
  const { read } = await withStory(t);
  const all = await read(['activity', 'end']);
  const told: string[] = [];
  for (const { event } of all) {
    if (event.type !== 'activity') continue;
    if (event.isContinued === true) told.push(`${told.pop() ?? ''}${event.text ?? ''}`);
    else told.push(event.tool === null ? (event.text ?? '') : `● ${event.tool.name}`);
    t.equal(event.isContinued === undefined, event.tool !== null, 'of pieces alone');
  }
  t.strictSame(told, texts);
  for (const types of [
    ['activity', 'end'],
    ['output', 'activity', 'end'],
  ] as const) {
    const whole = await read(types);
    for (const [n, { place }] of whole.entries())
      t.strictSame(
        (await read(types, place)).map(({ json }) => json),
        whole.slice(n + 1).map(({ json }) => json),
        `after ${place}`,
      );
  }
});

void t.test('the command shows the same', async (t) => {
  const { read } = await withStory(t);
  const lines = new EventLines((_colour, text) => text);
  const shown = (await read(['activity', 'output', 'status', 'end'])).map(({ event }) =>
    event.type === 'snapshot' ? '' : lines.show(event),
  );
  t.equal(
    shown.join(''),
    readable
      .filter((each) => each !== '✓ done')
      .map((each) => `${each}\n`)
      .join(''),
  );
});
