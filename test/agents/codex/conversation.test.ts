/** What the lines of real codex app-servers (0.171.0) mean, and what is said to them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { codexConversation } from '../../../src/agents/codex/conversation.ts';
import { asSetUp, type AgentConversation, type AgentLaunch, type AgentRequest, type AgentSignal } from '../../../src/agents/driver.ts';

const transcript = (name: string): string[] =>
  readFileSync(join(import.meta.dirname, '../../fixtures/transcripts/codex', `${name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');

const converse = (launch: Partial<AgentLaunch> = {}, actsUnasked = true): AgentConversation =>
  codexConversation({ ...asSetUp, cwd: '/w/wt', ...launch }, actsUnasked);

const signalsOf = (name: string, conversation = converse()): AgentSignal[] =>
  transcript(name).flatMap((line) => conversation.read(line).signals);

const messages = (bytes: string | null): Record<string, unknown>[] => {
  if (bytes === null || !bytes.endsWith('\n')) throw new Error(`no whole lines: ${String(bytes)}`);
  return bytes
    .slice(0, -1)
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));
};

const kinds = (signals: readonly AgentSignal[]): string[] => signals.map(({ kind }) => kind);
const endOf = (signals: readonly AgentSignal[]) => signals.find((signal) => signal.kind === 'turn-ended');
const asked = (signals: readonly AgentSignal[]): AgentRequest[] =>
  signals.flatMap((signal) => (signal.kind === 'asked' ? [signal.request] : []));

void t.test('it is greeted, asked for a thread, and takes messages from then on', (t) => {
  const conversation = converse();
  t.match(messages(conversation.greeting), [{ id: 'initialize', method: 'initialize', params: { clientInfo: { name: 'makima' } } }]);
  const [greeted = '', ...others] = transcript('message-in-turn');
  const [reply] = conversation.read(greeted).signals;
  t.match(reply, { kind: 'reply', id: 'thread' });
  t.match(messages(reply?.kind === 'reply' ? reply.bytes : null), [
    { method: 'initialized' },
    { id: 'thread', method: 'thread/start', params: { cwd: '/w/wt', approvalPolicy: 'never', sandbox: 'danger-full-access' } },
  ]);
  t.notOk(conversation.isOpen);
  t.equal(conversation.interruptMessage(), null, 'nobody to interrupt yet');
  const signals = others.flatMap((line) => conversation.read(line).signals);
  t.ok(conversation.isOpen);
  t.same(kinds(signals), ['session', 'message', 'turn-started', 'message', 'message', 'message', 'turn-ended']);
  const told = signals.flatMap((signal) => (signal.kind === 'message' ? [[signal.id, signal.isRead]] : []));
  t.same(told, [
    ['m1', false],
    ['m1', true],
    ['m2', false],
    ['m2', true],
  ]);
  t.match(endOf(signals), { isError: false, message: 'finished', usage: { inputTokens: 300, outputTokens: 30, costUsd: 0, turns: 3 } });
  t.end();
});

void t.test(
  'an older one does not say whose message its model was given, and begins a turn for each: it is the next one, in one turn',
  (t) => {
    for (const version of ['0.130', '0.100']) {
      const signals = signalsOf(`message-in-turn-${version}`);
      const told = signals.flatMap((signal) => (signal.kind === 'message' ? [[signal.id, signal.isRead]] : []));
      t.same(
        ['m1', 'm2'].map((id) => told.findLast(([each]) => each === id)),
        [
          ['m1', true],
          ['m2', true],
        ],
        version,
      );
      t.match(endOf(signals), { isError: false, message: 'finished', usage: { inputTokens: 300, outputTokens: 30, turns: 3 } }, version);
      t.equal(kinds(signals).filter((kind) => kind === 'turn-ended').length, 1);
    }
    t.end();
  },
);

void t.test('what a run asks for stands in the request for its thread', (t) => {
  const params = (launch: Partial<AgentLaunch>, actsUnasked: boolean): unknown => {
    const [reply] = converse(launch, actsUnasked).read(transcript('mcp')[0] ?? '').signals;
    return messages(reply?.kind === 'reply' ? reply.bytes : null)[1];
  };
  t.same(params({}, false), { id: 'thread', method: 'thread/start', params: { cwd: '/w/wt' } }, 'as its own settings have it');
  t.match(params({ permissions: 'ask' }, false), { params: { approvalPolicy: 'on-request', sandbox: 'workspace-write' } });
  const mcp = {
    makima: {
      type: 'http' as const,
      url: 'http://127.0.0.1:1/mcp',
      headers: { Authorization: 'Bearer ${KEY}', 'x-a': '${A}', 'x-b': 'b' },
    },
    own: { command: 'tool', args: ['--x'], env: { SECRET: '${SECRET}', PLAIN: 'p' } },
  };
  t.same(params({ session: 'a-thread', model: 'm', effort: 'high', mcp }, true), {
    id: 'thread',
    method: 'thread/resume',
    params: {
      threadId: 'a-thread',
      excludeTurns: true,
      cwd: '/w/wt',
      approvalPolicy: 'never',
      sandbox: 'danger-full-access',
      model: 'm',
      config: {
        model_reasoning_effort: 'high',
        mcp_servers: {
          makima: {
            url: 'http://127.0.0.1:1/mcp',
            bearer_token_env_var: 'KEY',
            env_http_headers: { 'x-a': 'A' },
            http_headers: { 'x-b': 'b' },
            tool_timeout_sec: 3900,
          },
          own: { command: 'tool', args: ['--x'], env_vars: ['SECRET'], env: { PLAIN: 'p' }, tool_timeout_sec: 3900 },
        },
      },
    },
  });
  t.end();
});

void t.test(
  'a run’s servers of tools are there before it is told anything, or have failed; an older one, which tells of none, is not waited for',
  (t) => {
    const mcp = { makima: { type: 'http' as const, url: 'http://127.0.0.1:1/mcp' } };
    const answer = '{"id":"anything","result":{"data":[]}}';
    const isOpenAfter = (lines: readonly string[]): boolean[] => {
      const conversation = converse({ mcp });
      return lines.map((line) => {
        conversation.read(line);
        return conversation.isOpen;
      });
    };
    for (const name of ['mcp', 'asks-for-mcp-tool']) {
      const lines = transcript(name);
      const begun = lines.findIndex((line) => line.startsWith('{"id":"thread"'));
      const starting = lines.findIndex((line) => line.includes('"status":"starting"'));
      const ready = lines.findIndex((line) => line.includes('"status":"ready"'));
      const upTo = Math.max(begun, starting) + 1;
      const opened = isOpenAfter([...lines.slice(0, upTo), answer, lines[ready] ?? '']);
      t.same(opened.slice(-2), [false, true], name);
      t.ok(opened.slice(0, -1).every((isOpen) => !isOpen));
      t.ok(
        isOpenAfter([...lines.slice(0, upTo), answer, (lines[ready] ?? '').replace('"ready"', '"failed"')]).at(-1),
        'failed is over, too',
      );
      t.same(isOpenAfter([...lines.slice(0, begun + 1).filter((line) => !line.includes('startupStatus')), answer]).slice(-2), [
        false,
        true,
      ]);
    }
    const conversation = converse({ mcp });
    const [reply] = transcript('mcp')
      .slice(0, 2)
      .flatMap((line) => conversation.read(line).signals)
      .slice(-1);
    t.match(reply, { kind: 'reply', id: 'anything' });
    t.end();
  },
);

void t.test('the usage of a run is what it has used, also where its session had used some before', (t) => {
  const conversation = converse({ session: 'x' });
  t.match(endOf(signalsOf('resume', conversation)), { usage: { inputTokens: 200, outputTokens: 20, turns: 2 } });
  t.match(conversation.usage, { inputTokens: 200, outputTokens: 20 });
  t.end();
});

void t.test('subagents work in threads of their own, are waited for, and what they use counts', (t) => {
  const conversation = converse();
  const signals = signalsOf('subagent', conversation);
  const running = signals.flatMap((signal) => (signal.kind === 'background' ? [signal.running] : []));
  t.same(running, [1, 0]);
  t.same(
    kinds(signals).filter((kind) => kind === 'turn-ended' || kind === 'turn-started'),
    ['turn-started', 'turn-ended'],
  );
  t.ok(kinds(signals).indexOf('turn-ended') < kinds(signals).lastIndexOf('background'));
  t.match(conversation.usage, { inputTokens: 360, cacheReadTokens: 40, outputTokens: 40, turns: 2 });
  t.end();
});

void t.test('with a goal it begins turn after turn by itself, and is not at rest between them', (t) => {
  const signals = signalsOf('goal');
  t.same(
    signals.flatMap((signal) =>
      signal.kind === 'background' ? [String(signal.running)] : signal.kind === 'turn-ended' ? [signal.message] : [],
    ),
    ['1', 'first turn', 'second turn', '0', 'third turn'],
  );
  const conversation = converse();
  const lines = transcript('goal');
  const upTo = lines.findIndex((line) => line.includes('turn/completed'));
  for (const line of lines.slice(0, upTo)) conversation.read(line);
  const failed = (lines[upTo] ?? '').replace('"status":"completed"', '"status":"failed"');
  t.match(conversation.read(failed).signals, [
    { kind: 'background', running: 0 },
    { kind: 'turn-ended', isError: true },
  ]);
  t.end();
});

void t.test('a turn that is given up is in error, and its thread goes on', (t) => {
  const conversation = converse();
  const lines = transcript('interrupt');
  const upTo = lines.findIndex((line) => line.includes('"commandExecution"'));
  for (const line of lines.slice(0, upTo)) conversation.read(line);
  const [interrupt] = messages(conversation.interruptMessage());
  t.match(interrupt, { method: 'turn/interrupt', params: { threadId: /^01a/, turnId: /^01a/ } });
  const signals = lines.slice(upTo).flatMap((line) => conversation.read(line).signals);
  t.match(
    signals.filter(({ kind }) => kind === 'turn-ended'),
    [
      { isError: true, message: 'The turn was interrupted' },
      { isError: false, message: 'second' },
    ],
  );
  t.end();
});

void t.test('a command that it asks for: let, not let and why, given up', (t) => {
  const conversation = converse({ permissions: 'ask' }, false);
  const signals = signalsOf('escalates', conversation);
  const [request] = asked(signals);
  t.match(request, {
    id: '0',
    tool: 'shell',
    input: { command: 'git commit --allow-empty -qm x; git log --oneline | head -1', cwd: '/w/wt' },
    reason: 'May I commit?',
    isQuestion: false,
    suggestions: [{ tool: 'shell', rule: null }],
  });
  if (!request) throw new Error('nothing was asked');
  t.ok(signals.some((signal) => signal.kind === 'withdrawn' && signal.requestId === '0'));
  t.same(messages(conversation.answerMessage(request, { decision: 'allow' })), [{ id: 0, result: { decision: 'accept' } }]);
  t.match(messages(conversation.answerMessage(request, { decision: 'deny', message: 'Not now.' })), [
    { method: 'turn/start', params: { input: [{ type: 'text', text: 'Not now.' }] } },
    { id: 0, result: { decision: 'decline' } },
  ]);
  t.same(messages(conversation.answerMessage(request, { decision: 'deny', message: 'Stop.', interrupt: true })), [
    { id: 0, result: { decision: 'cancel' } },
  ]);
  t.match(
    messages(conversation.answerMessage(request, { decision: 'allow', input: { command: 'true' } })),
    [{ params: { input: [{ text: /"command":"true"/ }] } }, { id: 0, result: { decision: 'decline' } }],
    'it takes nothing else in the place of what it asked',
  );
  t.end();
});

void t.test('what is asked about a change of files is the change, of a tool of a server the tool', (t) => {
  t.match(asked(signalsOf('asks-for-change')), [
    { tool: 'apply_patch', input: { path: '/w/wt/patched2.txt', changes: [{ kind: 'add', diff: 'hello\n' }] } },
  ]);
  const conversation = converse({}, false);
  const [request] = asked(signalsOf('asks-for-mcp-tool', conversation));
  t.match(request, { tool: 'mcp__makima__echo', input: { text: 'T' } });
  if (!request) throw new Error('nothing was asked');
  t.match(messages(conversation.answerMessage(request, { decision: 'allow' })), [{ id: 0, result: { action: 'accept', content: {} } }]);
  t.match(messages(conversation.answerMessage(request, { decision: 'deny', message: '' })), [{ id: 0, result: { action: 'decline' } }]);
  t.end();
});

void t.test('a question, and what nobody decides', (t) => {
  const conversation = converse();
  signalsOf('mcp', conversation);
  const question = {
    id: 'q1',
    header: 'Colour',
    question: 'Which?',
    isOther: true,
    isSecret: false,
    options: [{ label: 'Red', description: 'r' }],
  };
  const line = { id: 'a', method: 'item/tool/requestUserInput', params: { threadId: 'x', itemId: 'y', questions: [question] } };
  const [request] = asked(conversation.read(JSON.stringify(line)).signals);
  t.match(request, { id: '"a"', isQuestion: true, isDelicate: true, questions: [{ question: 'Which?', options: [{ label: 'Red' }] }] });
  if (!request) throw new Error('nothing was asked');
  t.same(messages(conversation.answerMessage(request, { decision: 'allow', answers: { 'Which?': 'Red' } })), [
    { id: 'a', result: { answers: { q1: { answers: ['Red'] } } } },
  ]);
  const reply = (method: string): unknown => {
    const [signal] = conversation.read(JSON.stringify({ id: 7, method, params: {} })).signals;
    return messages(signal?.kind === 'reply' ? signal.bytes : null)[0];
  };
  t.match(reply('attestation/generate'), { id: 7, error: { code: -32601 } });
  t.match(reply('mcpServer/elicitation/request'), { id: 7, result: { action: 'decline' } });
  const flood = Array.from(
    { length: 2000 },
    (_, id) => conversation.read(JSON.stringify({ id, method: 'x/y', params: {} })).signals.length,
  );
  t.ok(flood.reduce((sum, count) => sum + count, 0) <= 1000, 'a flood is not answered for ever');
  t.end();
});

void t.test('a limit of the account, an error of its API, a thread that is lost, a message that it refuses', (t) => {
  const limited = signalsOf('limit');
  t.same(kinds(limited).slice(-2), ['limited', 'turn-ended']);
  t.match(endOf(limited), { isError: true, message: /hit your usage limit/, limit: { until: /^2026-11-27T14:5/ } });
  t.match(endOf(signalsOf('api-401')), { isError: true, message: /^unexpected status 401 Unauthorized/ });
  const lost = converse({ session: 'gone' });
  t.match(endOf(signalsOf('lost-thread', lost)), { isError: true, message: /^no rollout found/ });
  t.notOk(lost.isOpen);
  const conversation = converse();
  signalsOf('mcp', conversation);
  const refusal = { id: 'm9', error: { code: -32602, message: 'Input exceeds the maximum length of 1048576 characters.' } };
  t.match(conversation.read(JSON.stringify(refusal)).signals, [
    { kind: 'message', id: 'm9', isRead: false },
    { kind: 'turn-ended', isError: true, message: /^Input exceeds/ },
  ]);
  t.end();
});

void t.test('a run whose every tool was denied is in error, one that could use some says which it could not', (t) => {
  t.match(endOf(signalsOf('declined')), {
    isError: true,
    message: /^Every tool that the agent tried was denied: shell \(echo in > in\.txt\), /,
  });
  t.match(endOf(signalsOf('cancelled')), { isError: true, denied: ['shell (echo in > in.txt)'] });
  t.end();
});

void t.test('odd lines mean nothing and break nothing, and the same lines give the same', (t) => {
  const odd = [
    '',
    'no json',
    '[1]',
    '{"id":null,"method":"x"}',
    '{"id":{},"method":"turn/started"}',
    '{"method":"turn/started","params":[]}',
  ];
  const more = [
    '{"id":"thread","result":null}',
    '{"id":"m1","result":{}}',
    '{"method":"item/completed","params":{"item":{"type":"fileChange","id":5}}}',
  ];
  const conversation = converse();
  for (const line of [...odd, ...more]) t.doesNotThrow(() => conversation.read(line));
  t.notOk(conversation.isOpen);
  for (const name of ['message-in-turn', 'subagent', 'escalates']) t.same(signalsOf(name), signalsOf(name));
  t.end();
});

void t.test('whatever the text, it is a message', (t) => {
  const conversation = converse();
  signalsOf('mcp', conversation);
  for (const text of ['/compact\nnow', '', 'odd\u2028\0\n"'])
    t.match(messages(conversation.userMessage(text, 'id-1')), [
      { id: 'id-1', method: 'turn/start', params: { clientUserMessageId: 'id-1', input: [{ type: 'text', text }] } },
    ]);
  t.end();
});
