import t from 'tap';
import fc from 'fast-check';
import { claudeReader } from '../../../src/agents/claude/reader.ts';
import { only, signalsOf, transcript } from './transcript.ts';

const turns = (name: string) => only(signalsOf(transcript(name)), 'turn-ended');

/** Costs are sums of doubles: equal to a millionth of a dollar. */
const sameCost = (t: { equal(a: unknown, b: unknown, message: string): unknown }, found: number | undefined, wanted: number) =>
  t.equal((found ?? -1).toFixed(6), wanted.toFixed(6), 'cost');

void t.test('a plain run: a session, a turn that starts and one that ends well', (t) => {
  const signals = signalsOf(transcript('basic'));
  t.same(
    signals.map((signal) => signal.kind),
    ['session', 'turn-started', 'turn-ended'],
  );
  const [end] = only(signals, 'turn-ended');
  t.match(end, { isError: false, message: 'mock: done (4 tool calls)' });
  t.match(end?.usage, { inputTokens: 15082, outputTokens: 143, cacheReadTokens: 0, cacheWriteTokens: 0, turns: 5 });
  sameCost(t, end?.usage.costUsd, 0.063188);
  t.end();
});

void t.test('an API failure and a missing login are errors although their subtype is success', (t) => {
  t.match(turns('api-401'), [{ isError: true, message: /401/ }]);
  t.match(turns('api-500'), [{ isError: true, message: /500/ }]);
  t.match(turns('no-auth'), [{ isError: true, message: 'Not logged in · Please run /login' }]);
  t.end();
});

void t.test('an error_* result has its words in errors', (t) => {
  t.match(turns('max-budget'), [{ isError: true, message: 'Reached maximum budget ($0.01)' }]);
  t.match(turns('interrupt')[0], { isError: true, message: /\S/ });
  t.end();
});

void t.test('an exhausted budget still counts its tokens and cost, which usage has as 0', (t) => {
  const usage = turns('max-budget')[0]?.usage;
  t.match(usage, { inputTokens: 2839, outputTokens: 31 });
  sameCost(t, usage?.costUsd, 0.011976);
  t.end();
});

void t.test('background work: one task runs, it ends, and an unasked result follows', (t) => {
  const signals = signalsOf(transcript('background-bash'));
  t.same(
    only(signals, 'background').map(({ running }) => running),
    [1, 0],
  );
  t.equal(only(signals, 'turn-started').length, 2);
  t.same(
    signals.map((signal) => signal.kind),
    ['session', 'turn-started', 'background', 'turn-ended', 'background', 'turn-started', 'turn-ended'],
  );
  const ends = only(signals, 'turn-ended');
  t.equal(ends[1]?.usage.inputTokens, 8864 + 3317);
  t.equal(ends[1]?.usage.outputTokens, 92 + 13);
  t.equal(ends[1]?.usage.turns, 4);
  sameCost(t, ends[1]?.usage.costUsd, 0.050824);
  t.end();
});

void t.test('the cost accumulates over turns and is never summed', (t) => {
  const ends = turns('multi-turn');
  sameCost(t, ends[0]?.usage.costUsd, 0.023696);
  sameCost(t, ends[1]?.usage.costUsd, 0.048184);
  t.end();
});

void t.test('a resumed session carries the cost of the process before, which is not this run’s', (t) => {
  const [end] = turns('resume');
  sameCost(t, end?.usage.costUsd, 0.037536);
  t.end();
});

void t.test('an interrupt ends the turn with an error, and the next message has a turn of its own', (t) => {
  const signals = signalsOf(transcript('interrupt'));
  t.same(
    only(signals, 'turn-ended').map(({ isError }) => isError),
    [true, false],
  );
  t.same(
    only(signalsOf(transcript('interrupt-queued')), 'turn-ended').map(({ isError }) => isError),
    [true, false],
  );
  t.equal(only(signals, 'session').length, 1, 'the session is told once');
  t.end();
});

void t.test('a message in a turn has no result of its own; one that came in text alone has', (t) => {
  t.equal(turns('mid-turn').length, 1);
  t.equal(turns('mid-turn-text').length, 2);
  t.end();
});

void t.test('SIGTERM leaves no result', (t) => {
  t.same(
    signalsOf(transcript('busy-SIGTERM')).map((signal) => signal.kind),
    ['session', 'turn-started'],
  );
  t.end();
});

void t.test('/clear changes the session and begins the total again; what was used before stays counted', (t) => {
  const signals = signalsOf(transcript('slash-text'));
  t.same(
    only(signals, 'session').map(({ sessionId }) => sessionId),
    ['bbf0f235-2fee-4ce8-8000-0a9317b0f5d5', '443ea963-2f58-4c1d-9eeb-8974496cee7e'],
  );
  const ends = only(signals, 'turn-ended');
  t.equal(ends.length, 4);
  sameCost(t, ends[3]?.usage.costUsd, 0.025256 + 0.024752);
  t.end();
});

void t.test('without the field that tells the difference (2.1.100) the same comes out of the totals', (t) => {
  const old = (name: string) => transcript(name).map((line) => line.replaceAll('model_usage_since_last_result', 'unknown_to_this_version'));
  const cost = (name: string) => only(signalsOf(old(name)), 'turn-ended').at(-1)?.usage.costUsd;
  sameCost(t, cost('multi-turn'), 0.048184);
  sameCost(t, cost('slash-text'), 0.025256 + 0.024752);
  t.equal(only(signalsOf(old('multi-turn')), 'turn-ended').at(-1)?.usage.inputTokens, 5699 + 5912);
  t.end();
});

void t.test('what an open turn has used is known by its lines: a message once, however many lines it has', (t) => {
  const reader = claudeReader();
  for (const line of transcript('busy-SIGTERM')) reader.read(line);
  t.ok(reader.usage.inputTokens > 2000 && reader.usage.outputTokens > 0 && reader.usage.turns === 1, 'one that had no result');

  const message = (id: string, content: object[], parent: string | null = null): string =>
    JSON.stringify({
      type: 'assistant',
      parent_tool_use_id: parent,
      message: {
        id,
        content,
        usage: { input_tokens: 10, cache_read_input_tokens: 200, cache_creation_input_tokens: 30, output_tokens: 1 },
      },
    });
  const open = claudeReader();
  open.read(message('a', [{ type: 'text', text: 'x'.repeat(40) }]));
  open.read(message('a', [{ type: 'tool_use', name: 'Bash', input: { command: 'true' } }]));
  t.match(open.usage, { inputTokens: 10, cacheReadTokens: 200, cacheWriteTokens: 30, turns: 1, costUsd: 0 });
  open.read(message('b', [{ type: 'thinking', thinking: 'hm' }], 'toolu_1'));
  t.match(open.usage, { inputTokens: 20, turns: 1 }, 'a turn of a subagent is none of its own');
  open.read(JSON.stringify({ type: 'assistant', message: { id: 'c', model: '<synthetic>', content: [], usage: { input_tokens: 5 } } }));
  t.match(open.usage, { inputTokens: 20 }, 'nor what claude says itself');
  t.end();
});

void t.test('a result takes the place of what was guessed', (t) => {
  for (const name of ['basic', 'multi-turn', 'background-bash', 'slash-text', 'interrupt', 'max-budget', 'resume']) {
    const reader = claudeReader();
    for (const line of transcript(name))
      for (const end of only(reader.read(line).signals, 'turn-ended')) t.same(reader.usage, end.usage, name);
  }
  t.end();
});

void t.test('reading a run again gives the same, and no line changes with what follows it', (t) => {
  for (const name of ['background-bash', 'slash-text', 'interrupt']) t.same(signalsOf(transcript(name)), signalsOf(transcript(name)));
  t.end();
});

void t.test('the type of a line is told wherever it stands in it', (t) => {
  const read = (line: string) => claudeReader().read(line).jsonType;
  t.equal(read('{"a":{"type":"inner"},"type":"result"}'), 'result');
  t.equal(read('  {"type":"assistant"}'), 'assistant');
  t.equal(read('{"type":5}'), null);
  t.equal(read('{"a":1}'), null);
  t.equal(read('["type"]'), null);
  t.equal(read('"type"'), null);
  t.equal(read('{"type":"result"'), null);
  t.equal(read(''), null);
  t.equal(read(`{"type":"${'x'.repeat(5000)}"}`), null);
  t.end();
});

void t.test('missing and wrong fields neither throw nor make numbers that are none', (t) => {
  const lines = [
    '{"type":"assistant"}',
    '{"type":"result"}',
    '{"type":"result","is_error":"yes","subtype":"error_new_kind"}',
    '{"type":"result","is_error":false,"subtype":"error_new_kind","num_turns":-3,"total_cost_usd":"1","usage":[1]}',
    '{"type":"result","is_error":true,"errors":[1,null,"why"],"result":"","usage":{"input_tokens":1e400,"output_tokens":null}}',
    '{"type":"result","is_error":true,"model_usage_since_last_result":{"__proto__":{"costUSD":2},"m":[],"n":null,"o":{"costUSD":"3"}}}',
    '{"type":"system","subtype":"init","session_id":7}',
    '{"type":"system","subtype":"background_tasks_changed","tasks":{"length":3}}',
    '{"type":"system","subtype":{"init":1}}',
    '{"__proto__":{"type":"result"}}',
    '{"type":"constructor"}',
  ];
  const ends = only(signalsOf(lines), 'turn-ended');
  t.same(
    ends.map(({ isError }) => isError),
    [false, true, false, true, true],
  );
  t.same(
    ends.map(({ message }) => message),
    [null, 'error_new_kind', null, 'why', null],
  );
  t.same(ends.at(-1)?.usage, { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 2, turns: 0 });
  t.same(only(signalsOf(lines), 'background'), []);
  t.same(only(signalsOf(lines), 'session'), []);
  t.equal(Object.hasOwn(Object.prototype, 'costUSD'), false);
  t.end();
});

void t.test('no line whatever throws', (t) => {
  const word = fc.constantFrom('result', 'system', 'init', 'background_tasks_changed', 'assistant', 'success', 'error_x');
  const key = fc.constantFrom(
    'type',
    'subtype',
    'is_error',
    'result',
    'errors',
    'tasks',
    'usage',
    'session_id',
    'total_cost_usd',
    'model_usage_since_last_result',
    '__proto__',
  );
  const line = fc.oneof(
    fc.string(),
    fc.json(),
    fc.dictionary(key, fc.oneof(word, fc.jsonValue())).map((object) => JSON.stringify(object)),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      for (const { usage } of only(signalsOf(lines), 'turn-ended'))
        for (const amount of Object.values(usage)) if (!(amount >= 0)) throw new Error(`${amount}`);
    }),
  );
  t.end();
});

void t.test('deep and huge lines are read or passed over', (t) => {
  const reader = claudeReader();
  t.same(reader.read(`{"type":"x","a":${'['.repeat(200_000)}`), { jsonType: null, signals: [] });
  t.equal(reader.read(`{"type":"user","a":"${'x'.repeat(5_000_000)}"}`).jsonType, 'user');
  t.equal(reader.read(`{"type":"user","a":"${'x'.repeat(40_000_000)}"}`).jsonType, null);
  t.end();
});

void t.test('what claude asks: the tool and its input, in the order of its requests', (t) => {
  const asked = only(signalsOf(transcript('perm-stdio-allow-deny')), 'asked').map(({ request }) => request);
  t.same(
    asked.map(({ tool, input, isQuestion }) => [tool, Object.values(input)[0], isQuestion]),
    [
      ['Bash', 'touch allowed.txt && echo allowed', false],
      ['Bash', 'touch denied.txt', false],
      ['Write', '/w/repo/w.txt', false],
    ],
  );
  t.equal(asked[0]?.id, 'c26a36ae-01fc-4d10-8f37-13dd152000ad');
  const line = (request: object, id: unknown = 'r'): string => JSON.stringify({ type: 'control_request', request_id: id, request });
  const question = { subtype: 'can_use_tool', tool_name: 'AskUserQuestion', requires_user_interaction: true };
  t.match(signalsOf([line(question)]), [{ kind: 'asked', request: { id: 'r', input: {}, isQuestion: true } }]);
  t.same(signalsOf([line({ subtype: 'initialize' }), line(question, 7), line(question, 'r'.repeat(201)), line({})]), []);
  t.same(signalsOf(['{"type":"control_cancel_request","request_id":"r"}', '{"type":"control_cancel_request"}']), [
    { kind: 'withdrawn', requestId: 'r' },
  ]);
  t.end();
});

void t.test('a limit is one where a request was rejected and nothing is paid for in its place', (t) => {
  const limit = (info: object): unknown => signalsOf([JSON.stringify({ type: 'rate_limit_event', rate_limit_info: info })]);
  t.same(limit({ status: 'rejected', resetsAt: 1795000000 }), [{ kind: 'limited', until: '2026-11-18T11:06:40.000Z' }]);
  for (const resetsAt of [undefined, null, 0, -1, 1e300, 'soon'])
    t.same(limit({ status: 'rejected', resetsAt }), [{ kind: 'limited', until: null }]);
  t.same(limit({ status: 'allowed_warning', resetsAt: 1795000000 }), []);
  t.same(limit({ status: 'rejected', resetsAt: 1795000000, isUsingOverage: true }), []);
  t.same(limit({}), []);
  t.end();
});
