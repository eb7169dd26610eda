/** What is said and understood in a conversation over the Agent Client Protocol, by lines of real agents (gemini 0.61, opencode 1.18, qwen 0.24, copilot 1.0) and by odd ones. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { noUsage } from '../../../src/domain/usage.ts';
import { acpConversation } from '../../../src/agents/acp/conversation.ts';
import { asSetUp, type AgentConversation, type AgentLaunch, type AgentSignal } from '../../../src/agents/driver.ts';
import { activities, readable } from '../../../src/agents/acp/said.ts';
import { TextFlow } from '../../../src/tasks/reading/text-flow.ts';

const launch: AgentLaunch = { ...asSetUp, cwd: '/home/dev/tree' };
const conversation = (more: Partial<AgentLaunch> = {}, actsUnasked = false, key?: string): AgentConversation =>
  acpConversation({ ...launch, ...more }, { actsUnasked, hasVariable: (name) => name === key });

/** The stdout of a real agent, with the ids of our requests as they are here. */
const transcript = (name: string): string[] =>
  readFileSync(join(import.meta.dirname, '..', '..', 'fixtures', 'transcripts', 'acp', `${name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');

interface Heard {
  signals: AgentSignal[];
  replayed: string[];
}

/** Reads lines; a prompt is said as soon as there is a session, and the next when one is answered. */
const hear = (talk: AgentConversation, lines: readonly string[], prompts: readonly string[] = ['a', 'b', 'c', 'd', 'e']): Heard => {
  const heard: Heard = { signals: [], replayed: [] };
  const left = [...prompts];
  for (const line of lines) {
    const { signals, isReplayed } = talk.read(line);
    heard.signals.push(...signals);
    if (isReplayed === true) heard.replayed.push(line);
    const next = signals.some(({ kind }) => kind === 'session' || kind === 'turn-ended') ? left.shift() : undefined;
    if (talk.isOpen && next !== undefined) talk.userMessage(next, next);
  }
  return heard;
};
const kinds = ({ signals }: Heard): string[] => signals.map(({ kind }) => kind);
const only = <K extends AgentSignal['kind']>({ signals }: Heard, kind: K): (AgentSignal & { kind: K })[] =>
  signals.filter((signal): signal is AgentSignal & { kind: K } => signal.kind === kind);

const messages = (bytes: string): Record<string, unknown>[] =>
  bytes
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const answer = (id: string, result: object): string => JSON.stringify({ jsonrpc: '2.0', id, result });
const failure = (id: string, error: object): string => JSON.stringify({ jsonrpc: '2.0', id, error });
const update = (fields: object, sessionId = 's'): string =>
  JSON.stringify({ jsonrpc: '2.0', method: 'session/update', params: { sessionId, update: fields } });
const chunk = (text: string): string => update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });

const initialized = (fields: object = {}): string =>
  answer('initialize', { protocolVersion: 1, agentCapabilities: { loadSession: true }, ...fields });
const greeted = [initialized(), answer('session', { sessionId: 's' })];

void t.test('gemini that asks: two turns, what it asks, what they used', (t) => {
  const talk = conversation();
  const heard = hear(talk, transcript('gemini-asks'));
  t.strictSame(kinds(heard), ['reply', 'session', 'turn-started', 'asked', 'asked', 'turn-ended', 'turn-started', 'asked', 'turn-ended']);
  t.match(only(heard, 'asked')[0]?.request, {
    tool: 'Edit',
    input: { path: '/home/dev/project/made.txt', changes: [{ newText: 'hello\n' }] },
    suggestions: [{ tool: 'Edit', rule: null }],
    isQuestion: false,
  });
  const [, command] = only(heard, 'asked');
  t.match(command?.request, { tool: 'Execute', input: { command: 'cat made.txt; echo two >> made.txt; git status --short' } });
  t.match(
    only(heard, 'turn-ended').map(({ isError, usage }) => [isError, usage.inputTokens, usage.outputTokens, usage.turns]),
    [
      [false, 300, 30, 1],
      [false, 500, 50, 2],
    ],
  );
  if (command === undefined) throw new Error('it asks twice');
  const says = (decision: 'allow' | 'deny'): unknown =>
    messages(talk.answerMessage(command.request, decision === 'allow' ? { decision } : { decision, message: 'no' }) ?? '')[0];
  t.match(says('allow'), { id: 1, result: { outcome: { outcome: 'selected', optionId: 'proceed_once' } } });
  t.match(says('deny'), { id: 1, result: { outcome: { outcome: 'selected', optionId: 'cancel' } } });
  t.match(
    messages(talk.answerMessage(command.request, { decision: 'allow', input: { command: 'ls' } }) ?? '')[0],
    { result: { outcome: { optionId: 'cancel' } } },
    'what was to be another way is not done as it was asked',
  );
  t.match(transcript('gemini-asks').map(readable).join('\n'), /● Edit: .*made\.txt\n[^]*\nAll done\.\n✓ done/);
  t.end();
});

void t.test('gemini that was let: what it asks all the same is let at once, each once', (t) => {
  const lines = transcript('gemini-asks').map((line) => line.replace('"currentModeId":"default"', '"currentModeId":"yolo"'));
  const heard = hear(conversation({}, true), lines);
  const replies = only(heard, 'reply').slice(1);
  t.equal(new Set(replies.map(({ id }) => id)).size, 3);
  t.match(messages(replies.map(({ bytes }) => bytes).join('')), [
    { id: 0, result: { outcome: { optionId: 'proceed_once' } } },
    { id: 1 },
    { id: 2 },
  ]);
  t.same(only(heard, 'asked'), []);
  t.end();
});

void t.test('gemini is set to what it has: its mode, a model by its name, and none that it has not', (t) => {
  const lines = transcript('gemini-asks').slice(0, 2);
  const [, set] = only(hear(conversation({ model: 'gemini-3.1-pro-preview' }, true), lines), 'reply');
  t.match(messages(set?.bytes ?? ''), [
    { id: 'set model', method: 'session/set_model', params: { modelId: 'gemini-3.1-pro-preview-customtools' } },
    { id: 'set mode', method: 'session/set_mode', params: { modeId: 'yolo' } },
  ]);
  const refused = hear(conversation({ model: 'gpt-5' }), [...lines, failure('set model', { code: -32602, message: 'unknown model' })]);
  t.match(only(refused, 'turn-ended'), [
    { isError: true, message: /did not take the model "gpt-5" \(it names auto, gemini-3\.1.*\): unknown model/ },
  ]);
  t.match(only(hear(conversation({ effort: 'high' }), lines), 'turn-ended'), [{ message: /lets no effort be chosen/ }]);
  t.end();
});

void t.test('qwen tells the tokens of each request of its model beside what it says, and none with the answer', (t) => {
  const used = (inputTokens: number, outputTokens: number, more: object = {}): string =>
    update({
      sessionUpdate: 'agent_message_chunk',
      content: { type: 'text', text: '' },
      _meta: { usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens, ...more }, durationMs: 4754 },
    });
  const lines = [
    ...[...greeted, used(100, 10, { thoughtTokens: 4, cachedReadTokens: 0 }), used(150, 20, { cachedReadTokens: 90 })],
    answer('prompt a', { stopReason: 'end_turn' }),
    ...[
      used(7, 3),
      update({ sessionUpdate: 'agent_message_chunk', _meta: { usage: { inputTokens: -1, outputTokens: 'x', totalTokens: null } } }),
    ],
    answer('prompt b', { stopReason: 'end_turn', usage: { inputTokens: 1, outputTokens: 2 } }),
    answer('prompt c', { stopReason: 'end_turn' }),
  ];
  t.strictSame(
    only(hear(conversation(), lines), 'turn-ended').map(({ usage }) => usage),
    [
      { inputTokens: 160, outputTokens: 30, cacheReadTokens: 90, cacheWriteTokens: 0, costUsd: 0, turns: 1 },
      { inputTokens: 161, outputTokens: 32, cacheReadTokens: 90, cacheWriteTokens: 0, costUsd: 0, turns: 2 },
      { inputTokens: 161, outputTokens: 32, cacheReadTokens: 90, cacheWriteTokens: 0, costUsd: 0, turns: 3 },
    ],
    'what the answer tells counts in the place of the requests',
  );
  const replayed = [
    ...[initialized(), used(100, 10), answer('session', {}), used(5, 5)],
    ...[answer('prompt a', { stopReason: 'end_turn' }), answer('prompt a', {})],
  ];
  t.match(
    only(hear(conversation({ session: 's' }), replayed), 'turn-ended'),
    [{ usage: { inputTokens: 5, outputTokens: 5 } }],
    'told again',
  );
  t.end();
});

void t.test('opencode: options of the session, the cost of the session, and an update that comes late', (t) => {
  const lines = transcript('opencode');
  const heard = hear(conversation(), lines);
  t.strictSame(kinds(heard), ['reply', 'session', 'turn-started', 'turn-ended', 'turn-started', 'turn-ended']);
  t.match(only(heard, 'turn-ended').at(-1)?.usage, { costUsd: 0.00225, inputTokens: 200, outputTokens: 20, turns: 2 });
  const [, set] = only(hear(conversation({ model: 'claude-sonnet-4-5', effort: 'max' }), lines.slice(0, 2)), 'reply');
  t.match(
    messages(set?.bytes ?? ''),
    [{ method: 'session/set_config_option', params: { configId: 'effort', value: 'max' } }],
    'its model is that already',
  );
  const late = hear(
    conversation(),
    [...lines, chunk('late').replace('"s"', JSON.stringify(only(heard, 'session')[0]?.sessionId))],
    ['a', 'b'],
  );
  t.equal(late.signals.at(-1)?.kind, 'turn-ended', 'what comes late begins no turn');
  t.end();
});

void t.test('opencode that asks: what it asks with, and what it would have a client do that is none of its services', (t) => {
  const heard = hear(conversation(), transcript('opencode-asks'), ['a', 'b', 'c', 'd', 'e', 'f']);
  t.strictSame(
    only(heard, 'asked').map(({ request: { tool, input } }) => [tool, input['command'] ?? input['path']]),
    [
      ['Edit', '/home/dev/project/a.txt'],
      ['Execute', 'ls'],
      ['Execute', 'ls -l'],
      ['/etc', '/etc/hostname'],
      ['Edit', '/home/dev/project/a.txt'],
    ],
  );
  const refused = only(heard, 'reply').filter(({ bytes }) => bytes.includes('fs/write_text_file'));
  t.strictSame(
    refused.flatMap(({ bytes }) => messages(bytes)),
    [1, 6].map((id) => ({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found: fs/write_text_file' } })),
  );
  const ends = only(heard, 'turn-ended');
  t.strictSame([ends.length, ends.some(({ isError }) => isError)], [6, false], 'one that is denied ends its turn, and in no error');
  t.end();
});

void t.test('a call is told once, however often its agent tells that it is at it', (t) => {
  for (const [name, calls] of [
    ['opencode', 3],
    ['opencode-asks', 7],
    ['qwen-asks', 3],
    ['gemini-asks', 3],
  ] as const) {
    const flow = new TextFlow({ activities, readable });
    const told = transcript(name).flatMap((line) =>
      flow.take(line).filter(({ isAgain, activity }) => !isAgain && activity.kind === 'tool'),
    );
    t.equal(told.length, calls, name);
    t.equal(new Set(told.map(({ activity }) => activity.callId)).size, calls, name);
  }
  t.end();
});

void t.test('qwen that asks: what of its own it would have a client do is refused, and its turns end', (t) => {
  const [initialize = '', session = '', ...lines] = transcript('qwen-asks');
  const heard = hear(conversation(), [initialize, session, answer('set mode', {}), ...lines]);
  t.match(
    only(heard, 'asked').map(({ request }) => request),
    [
      { tool: 'Execute', input: { command: 'cat made.txt; echo two >> made.txt; git status --short' } },
      { tool: 'Execute', input: { command: 'exit 3' } },
    ],
  );
  t.ok(only(heard, 'reply').some(({ bytes }) => bytes.includes('Method not found: craft/drainMidTurnQueue')));
  t.strictSame(
    only(heard, 'turn-ended').map(({ isError }) => isError),
    [false, false],
  );
  t.end();
});

void t.test('real failures: not signed in, and an API that refuses', (t) => {
  const failures = (name: string): string[] => {
    const [initialize = '', session = '', ...lines] = transcript(name);
    const set = name.startsWith('gemini') ? [answer('set mode', {})] : [];
    return only(hear(conversation(), [initialize, session, ...set, ...lines]), 'turn-ended').map(({ isError, message }) =>
      isError ? (message ?? '') : 'no error',
    );
  };
  t.strictSame(failures('copilot-signed-out'), ['The agent is not signed in: Authentication required (it knows: Log in with Copilot CLI)']);
  t.strictSame(failures('opencode-fails'), ['Internal error: scripted failure 400']);
  t.match(failures('gemini-fails'), [/400/]);
  t.end();
});

void t.test('a session that is told again: all of it is known for that, also what comes after the answer', (t) => {
  const gemini = conversation({ session: 'e81bae52-9f4a-4bf0-8c3f-e2b493bde6c9' }, true);
  const heard = hear(gemini, transcript('gemini-load'));
  t.strictSame(kinds(heard), ['reply', 'session', 'turn-started', 'turn-ended']);
  t.match(messages(only(heard, 'reply')[0]?.bytes ?? ''), [{ method: 'session/load' }]);
  t.equal(heard.replayed.length, 8);
  t.ok(heard.replayed.some((line) => line.includes('I said this')));
  t.notOk(heard.replayed.some((line) => line.includes('goes on')));

  const loads = transcript('opencode-load').map((line) => line.replace('"resume":{}', '"other":{}'));
  const opencode = hear(conversation({ session: 'ses_de2b5edf2ffebRKyJ1kWSNqu0Z', sessionUsage: { ...noUsage, costUsd: 0.0009 } }), loads);
  t.strictSame(kinds(opencode), ['reply', 'session', 'turn-started', 'turn-ended']);
  t.equal(opencode.replayed.length, 5);
  t.equal(only(opencode, 'turn-ended')[0]?.usage.costUsd.toFixed(6), '0.000450', 'what it has cost before is none of this run');
  const resumes = hear(conversation({ session: 'x' }), transcript('opencode-load').slice(0, 1));
  t.match(messages(only(resumes, 'reply')[0]?.bytes ?? ''), [{ method: 'session/resume', params: { sessionId: 'x' } }]);
  t.end();
});

void t.test('a turn that is given up, and what was asked in it', (t) => {
  for (const name of ['gemini-cancel', 'opencode-cancel']) {
    const heard = hear(conversation(), transcript(name));
    t.match(only(heard, 'turn-ended')[0], { isError: true, message: "The agent's turn was cancelled" }, name);
  }
  const talk = conversation();
  const asks = JSON.stringify({
    jsonrpc: '2.0',
    id: 'q',
    method: 'session/request_permission',
    params: { sessionId: 's', toolCall: { toolCallId: 'c' }, options: [] },
  });
  t.equal(talk.interruptMessage(), null, 'nobody is there yet');
  hear(talk, [...greeted, asks]);
  t.match(messages(talk.interruptMessage() ?? ''), [
    { method: 'session/cancel', params: { sessionId: 's' } },
    { id: 'q', result: { outcome: { outcome: 'cancelled' } } },
  ]);
  t.end();
});

void t.test('an earlier daemon has said a prompt of which nothing shows yet: the turn is open all the same', (t) => {
  const lines = [...greeted, chunk('x'), answer('prompt a', { stopReason: 'end_turn' })];
  const first = conversation();
  hear(first, lines, ['a']);
  const said = [first.greeting ?? '', first.userMessage('one', 'a'), first.userMessage('two', 'b')];
  const next = conversation();
  for (const bytes of said) next.recall?.(bytes);
  t.strictSame(kinds(hear(next, lines, [])), ['reply', 'session', 'turn-started', 'turn-ended', 'turn-started']);
  t.strictSame(kinds(hear(next, [chunk('y'), answer('prompt b', { stopReason: 'end_turn' }), chunk('late')], [])), ['turn-ended']);
  t.end();
});

void t.test('what keeps a session from beginning is said in words', (t) => {
  const ends = (lines: string[], more: Partial<AgentLaunch> = {}): string | null | undefined =>
    only(hear(conversation(more), lines), 'turn-ended')[0]?.message;
  t.match(ends([failure('initialize', { code: -32603, message: 'no', data: { details: 'broken' } })]), /refused to begin: no: broken/);
  t.match(ends([initialized({ protocolVersion: 2 })]), /version 2 of the Agent Client Protocol/);
  t.match(
    ends([
      initialized({ authMethods: [{ id: 'oauth', name: 'Browser' }] }),
      failure('session', { code: -32000, message: 'Key is missing' }),
    ]),
    /not signed in: Key is missing \(it knows: Browser\)/,
  );
  t.match(
    ends(
      [initialized(), failure('session', { code: -32603, message: 'Internal error', data: { details: 'Invalid session identifier' } })],
      { session: 'x' },
    ),
    /session x cannot be gone on with: Internal error: Invalid/,
  );
  t.match(ends([initialized({ agentCapabilities: {} })], { session: 'x' }), /cannot go on with an earlier session/);
  t.match(ends([initialized(), answer('session', {})]), /without saying by which name/);
  t.match(
    ends([...greeted, failure('prompt a', { code: 400, message: '[{"error":{"message":"API key not valid","code":400}}]' })]),
    /^API key not valid$/,
  );
  t.end();
});

void t.test('a key that is in its environment signs it in, once; a browser is opened for nobody', (t) => {
  const methods = initialized({ authMethods: [{ id: 'oauth' }, { id: 'gemini-api-key' }] });
  const refused = failure('session', { code: -32000, message: 'auth' });
  const signs = hear(conversation({}, false, 'GEMINI_API_KEY'), [
    methods,
    refused,
    answer('authenticate', {}),
    answer('session again', { sessionId: 's' }),
  ]);
  t.match(
    messages(
      only(signs, 'reply')
        .map(({ bytes }) => bytes)
        .join(''),
    ),
    [{ method: 'session/new' }, { method: 'authenticate', params: { methodId: 'gemini-api-key' } }, { method: 'session/new' }],
  );
  t.match(only(signs, 'session'), [{ sessionId: 's' }]);
  t.match(only(hear(conversation(), [methods, refused]), 'turn-ended'), [{ isError: true }]);
  t.end();
});

void t.test('a limit of its account', (t) => {
  const ended = (error: object) => only(hear(conversation(), [...greeted, failure('prompt a', error)]), 'turn-ended')[0]?.limit;
  t.strictSame(ended({ code: 429, message: 'Too fast' }), { until: null });
  t.strictSame(ended({ code: -32603, message: 'Quota exceeded; it resets at 2026-12-01T10:00:00Z' }), {
    until: '2026-12-01T10:00:00.000Z',
  });
  t.equal(ended({ code: -32603, message: 'The server is overloaded' }), undefined);
  t.end();
});

void t.test('a question to the user by a form, and its answer', (t) => {
  const talk = conversation({}, true);
  const form = {
    mode: 'form',
    message: 'How shall it be?',
    requestedSchema: {
      type: 'object',
      properties: {
        colour: {
          type: 'string',
          title: 'Colour',
          oneOf: [
            { const: 'b', title: 'Blue' },
            { const: 'r', title: 'Red' },
          ],
        },
        parts: { type: 'array', description: 'Which parts', items: { type: 'string', enum: ['top', 'side'] } },
        fast: { type: 'boolean' },
        count: { type: 'integer' },
      },
    },
  };
  const heard = hear(talk, [
    ...greeted,
    JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'elicitation/create', params: { sessionId: 's', ...form } }),
  ]);
  const request = only(heard, 'asked')[0]?.request;
  t.match(request, {
    isQuestion: true,
    questions: [
      { question: 'Colour', options: [{ label: 'Blue' }, { label: 'Red' }] },
      { multiSelect: true },
      { options: [{ label: 'Yes' }, {}] },
      {},
    ],
  });
  if (request === undefined) throw new Error('it asks');
  const answers = { Colour: 'red', 'Which parts': 'top, side', fast: 'yes', count: '3' };
  t.match(messages(talk.answerMessage(request, { decision: 'allow', answers }) ?? ''), [
    { id: 7, result: { action: 'accept', content: { colour: 'r', parts: ['top', 'side'], fast: true, count: 3 } } },
  ]);
  t.match(messages(talk.answerMessage(request, { decision: 'deny', message: 'no' }) ?? ''), [{ result: { action: 'decline' } }]);
  t.end();
});

void t.test('what is not offered is refused, each time, but not for ever; odd lines mean nothing', (t) => {
  const talk = conversation();
  const asks = (id: unknown): string =>
    JSON.stringify({ jsonrpc: '2.0', id, method: 'fs/read_text_file', params: { path: '/etc/passwd' } });
  const [, ...refused] = only(hear(talk, [...greeted, asks(1), asks(1), asks('x')]), 'reply');
  t.match(messages(refused.map(({ bytes }) => bytes).join('')), [{ id: 1, error: { code: -32601 } }, { id: 1 }, { id: 'x' }]);
  t.equal(new Set(refused.map(({ id }) => id)).size, 3);
  const flood = hear(
    talk,
    Array.from({ length: 3000 }, (_, index) => asks(index)),
    [],
  );
  t.ok(only(flood, 'reply').length < 600);
  const odd = [
    '',
    'null',
    '[]',
    '{}',
    '{"id":null}',
    '{"method":5}',
    '{"id":"prompt a"}',
    '{"jsonrpc":"2.0","method":"session/update"}',
    update({}),
    update({ sessionUpdate: 'x'.repeat(9) }),
    '['.repeat(50_000),
    asks('9'.repeat(100_000)),
    '{"id":{"a":1},"method":"x"}',
    chunk('x').replace('"s"', '"other"'),
    '\u0000',
  ];
  t.strictSame(kinds(hear(talk, odd, [])), []);
  for (const line of [...odd, ...transcript('opencode')]) {
    activities(line);
    readable(line);
  }
  t.end();
});

void t.test('an answer that comes twice is one, and the servers of tools are told as it can have them', (t) => {
  const mcp = {
    makima: { type: 'http', url: 'http://x/mcp', headers: { authorization: 'Bearer ${KEY}' } },
    own: { command: 'srv', env: { A: '${KEY}' } },
  } as const;
  const talk = conversation({ mcp, secrets: { KEY: 'secret' } });
  const heard = hear(talk, [
    initialized({ agentCapabilities: { mcpCapabilities: { http: true } } }),
    initialized(),
    ...greeted.slice(1),
    ...greeted.slice(1),
    answer('prompt a', { stopReason: 'end_turn' }),
    answer('prompt a', { stopReason: 'end_turn' }),
  ]);
  t.strictSame(kinds(heard), ['reply', 'session', 'turn-ended']);
  t.match(messages(only(heard, 'reply')[0]?.bytes ?? ''), [
    {
      params: {
        cwd: '/home/dev/tree',
        mcpServers: [
          { type: 'http', name: 'makima', url: 'http://x/mcp', headers: [{ name: 'authorization', value: 'Bearer secret' }] },
          { name: 'own', command: 'srv', args: [], env: [{ name: 'A', value: 'secret' }] },
        ],
      },
    },
  ]);
  t.match(
    messages(only(hear(conversation({ mcp }), [initialized()]), 'reply')[0]?.bytes ?? ''),
    [{ params: { mcpServers: [{ name: 'own' }] } }],
    'none over HTTP for one that has no HTTP',
  );
  t.end();
});

void t.test('an answer to a prompt that was not said ends no turn, however many come', (t) => {
  const talk = conversation();
  const forged = hear(talk, [...greeted, answer('prompt b', { stopReason: 'end_turn' })], []);
  t.strictSame(kinds(forged), ['reply', 'session'], 'before anything was said');
  talk.userMessage('a', 'a');
  const after = hear(
    talk,
    [answer('prompt b', {}), chunk('x'), answer('prompt a', { stopReason: 'end_turn' }), answer('prompt c', {})],
    [],
  );
  t.strictSame(kinds(after), ['turn-started', 'turn-ended']);
  const again = conversation();
  again.recall?.(talk.userMessage('b', 'b'));
  t.strictSame(
    kinds(hear(again, [...greeted, answer('prompt b', {})], [])),
    ['reply', 'session', 'turn-started', 'turn-ended'],
    'after a restart',
  );
  t.end();
});

void t.test('what is nested without end, or longer than any agent says it, is no more than what was said', (t) => {
  const nested = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const talk = conversation({}, true);
  t.match(hear(conversation(), [`{"id":"initialize","result":{"protocolVersion":${nested}}}`]).signals, [
    { kind: 'turn-ended', isError: true },
  ]);
  t.strictSame(kinds(hear(talk, [...greeted, `{"method":"$/cancel_request","params":{"requestId":${nested}}}`])), ['reply', 'session']);
  const asks = (optionId: string): string =>
    JSON.stringify({
      id: optionId.length,
      method: 'session/request_permission',
      params: { toolCall: { toolCallId: 'c' }, options: [{ optionId, kind: 'allow_once', name: 'n' }] },
    });
  const replies = only(hear(talk, [asks('y'.repeat(2_000_000)), asks('yes')], []), 'reply');
  t.match(messages(replies.map(({ bytes }) => bytes).join('')), [
    { result: { outcome: { outcome: 'cancelled' } } },
    { result: { outcome: { outcome: 'selected', optionId: 'yes' } } },
  ]);
  t.end();
});

void t.test('of the calls of a turn no more is remembered than there is room for, and of none a part', (t) => {
  const talk = conversation();
  const call = (toolCallId: string, fields: object): string => update({ sessionUpdate: 'tool_call', toolCallId, ...fields });
  const content = 'x'.repeat(9_000_000);
  hear(talk, [...greeted, ...['a', 'b', 'c'].map((id) => call(id, { rawInput: { content } })), call('d', { title: 'small' })]);
  hear(talk, [call('c', { title: 'grown', rawInput: { content } })], []);
  const asks = (toolCallId: string): string =>
    JSON.stringify({ id: toolCallId, method: 'session/request_permission', params: { toolCall: { toolCallId }, options: [] } });
  const [a, c, d] = only(hear(talk, ['a', 'c', 'd'].map(asks), []), 'asked').map(({ request }) => request);
  t.equal(String(a?.input['content']).length, content.length);
  t.strictSame(c?.input, {}, 'of which there was too much');
  t.match(d?.tool, 'small');
  t.end();
});
