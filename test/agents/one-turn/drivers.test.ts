/** The drivers of agents that work one turn a process, on what the real ones printed (codex 0.171.0, gemini 0.61.0, opencode 1.18.33). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { asSetUp, type AgentDriver, type AgentLaunch, type AgentSignal } from '../../../src/agents/driver.ts';
import { protocols } from '../../../src/agents/protocols.ts';
import type { AgentProtocol } from '../../../src/domain/agent-table.ts';
import { noUsage } from '../../../src/domain/usage.ts';

const launch: AgentLaunch = { ...asSetUp, cwd: '/' };
const settings = {
  ...{ name: 'it', command: process.execPath, args: ['its', 'own'], env: { OF: 'its own' }, inheritedEnv: {} },
  howToInstall: 'Install it',
};
const driverOf = (protocol: AgentProtocol, enablePermissions = false): AgentDriver =>
  protocols[protocol]({ ...settings, enablePermissions });
const printed = (protocol: AgentProtocol): string[] =>
  readFileSync(join(import.meta.dirname, 'printed', `${protocol}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
const read = (protocol: AgentProtocol, lines: readonly unknown[], how: AgentLaunch = launch): AgentSignal[] => {
  const conversation = driverOf(protocol).converse(how);
  return lines.flatMap((line) => conversation.read(typeof line === 'string' ? line : JSON.stringify(line)).signals);
};
const ended = (signals: readonly AgentSignal[]) => signals.find((signal) => signal.kind === 'turn-ended');
const one = { ...noUsage, turns: 1 };

void t.test('a turn, its session and what it used', (t) => {
  const expected = {
    'codex-exec': ['01a21d52-994e-70d0-a697-864b79eacdb5', { ...one, inputTokens: 200, outputTokens: 20 }],
    'gemini-stream-json': ['c2318e47-0640-4706-8949-aeec0d797f2b', { ...one, inputTokens: 200, outputTokens: 20 }],
    'opencode-json': ['ses_de2ad9fc8ffeQszQKFMKR4Q3dH', { ...one, inputTokens: 200, outputTokens: 20, costUsd: 0.0009 }],
  } as const;
  for (const protocol of ['codex-exec', 'gemini-stream-json', 'opencode-json'] as const) {
    const [sessionId, usage] = expected[protocol];
    t.strictSame(
      read(protocol, printed(protocol)),
      [{ kind: 'session', sessionId }, { kind: 'turn-started' }, { kind: 'turn-ended', isError: false, message: null, usage }],
      protocol,
    );
  }
  t.end();
});

void t.test('what it does, in words of no maker and as a person reads it', (t) => {
  const shown = {
    'codex-exec': { tool: 'shell', isError: true, end: 'c done' },
    'gemini-stream-json': { tool: 'run_shell_command', isError: false, end: 'g done' },
    'opencode-json': { tool: 'bash', isError: true, end: 'o done' },
  } as const;
  for (const protocol of ['codex-exec', 'gemini-stream-json', 'opencode-json'] as const) {
    const driver = driverOf(protocol);
    const { tool, isError, end } = shown[protocol];
    const done = printed(protocol)
      .flatMap((line) => driver.activities(line))
      .filter(({ kind }) => kind !== 'error');
    t.match(
      done,
      [
        { kind: 'tool', tool: { name: tool, input: { command: /^echo hi > .\.txt; echo out; exit 3$/ } } },
        { kind: 'tool-result', isError, text: /^out\s*$/ },
        { kind: 'text', text: end },
      ],
      protocol,
    );
    t.equal(done[0]?.callId, done[1]?.callId);
    const words = printed(protocol).flatMap((line) => driver.readable(line) ?? []);
    t.match(words.join('\n'), new RegExp(`● ${tool}: echo hi > .\\.txt; echo out; exit 3[^]*out[^]*${end}\n✓ done$`), protocol);
    t.equal(driver.readable('no JSON \u001b[31mat all'), 'no JSON at all');
    t.equal(driver.readable('{"type":"somebody else"}'), null);
    for (const odd of [
      '',
      '{',
      '[]',
      'null',
      '{"type":1}',
      '{"item":{"type":"command_execution"},"type":"item.completed"}',
      '{"type":"step_finish"}',
      '{"type":"tool_use","part":{"state":7}}',
      '{"type":"result"}',
      '{"type":"todo"}',
    ])
      t.doesNotThrow(() => [driver.converse(launch).read(odd), driver.activities(odd), driver.readable(odd)]);
  }
  t.match(driverOf('gemini-stream-json').activities('{"type":"message","role":"assistant","content":"wo","delta":true}'), [
    { isContinued: true },
  ]);
  t.end();
});

void t.test('the command: no word of what is said, the session and the model, and no leave where it is to ask', (t) => {
  const args = (protocol: AgentProtocol, how: Partial<AgentLaunch>, asks = false): string =>
    driverOf(protocol, asks)
      .command({ ...launch, ...how })
      .args.join(' ');
  const more = { session: 's1', model: 'm', effort: 'high' };
  t.equal(args('codex-exec', {}), 'its own exec --json --skip-git-repo-check --dangerously-bypass-approvals-and-sandbox -');
  t.equal(
    args('codex-exec', more, true),
    'its own exec resume s1 --json --skip-git-repo-check --model m -c model_reasoning_effort="high" -',
  );
  t.equal(args('gemini-stream-json', {}), 'its own --output-format stream-json --skip-trust --approval-mode yolo');
  t.equal(args('gemini-stream-json', more, true), 'its own --output-format stream-json --skip-trust --model m --resume s1');
  t.equal(args('opencode-json', {}), 'its own run --format json --auto');
  t.equal(args('opencode-json', more, true), 'its own run --format json --model m --variant high --session s1');
  const mcp = { makima: { type: 'http' as const, url: 'http://127.0.0.1:1/mcp', headers: { 'X-Makima-Tool-Key': '${MAKIMA_API_KEY}' } } };
  t.match(
    args('codex-exec', { mcp }),
    '-c mcp_servers.makima={"url"="http://127.0.0.1:1/mcp","env_http_headers"={"X-Makima-Tool-Key"="MAKIMA_API_KEY"},"tool_timeout_sec"=3900} -',
  );
  t.end();
});

void t.test('servers of tools that a run brings along, with no secret in an argument or a file', (t) => {
  const mcp = {
    makima: { type: 'http' as const, url: 'http://127.0.0.1:1/mcp', headers: { 'X-Makima-Tool-Key': '${MAKIMA_API_KEY}' } },
    own: { command: 'a', args: ['b'], env: { C: '${D}' } },
  };
  const commandOf = (protocol: AgentProtocol, env: Record<string, string>) =>
    protocols[protocol]({ ...settings, env, enablePermissions: false }).command({ ...launch, mcp });
  const opencode = (env: Record<string, string>): unknown =>
    JSON.parse(commandOf('opencode-json', env).env['OPENCODE_CONFIG_CONTENT'] ?? 'null');
  const remote = { type: 'remote', url: 'http://127.0.0.1:1/mcp', headers: { 'X-Makima-Tool-Key': '{env:MAKIMA_API_KEY}' } };
  const local = { type: 'local', command: ['a', 'b'], environment: { C: '{env:D}' } };
  t.strictSame(opencode({}), { mcp: { makima: remote, own: local } });
  t.strictSame(opencode({ OPENCODE_CONFIG_CONTENT: '{"model":"m","mcp":{"theirs":{}}}' }), {
    model: 'm',
    mcp: { theirs: {}, makima: remote, own: local },
  });
  t.equal(commandOf('opencode-json', { OPENCODE_CONFIG_CONTENT: '// not JSON' }).env['OPENCODE_CONFIG_CONTENT'], '// not JSON');

  const own = '/their/own';
  const defaults = (env: Record<string, string>): unknown => commandOf('gemini-stream-json', env).env['GEMINI_CLI_SYSTEM_DEFAULTS_PATH'];
  t.equal(commandOf('gemini-stream-json', { GEMINI_CLI_SYSTEM_SETTINGS_PATH: own }).settings, undefined, 'a machine keeps its own');
  const gemini = commandOf('gemini-stream-json', {}).settings;
  if (process.getuid?.() === 0) {
    t.equal(gemini?.variable, 'GEMINI_CLI_SYSTEM_SETTINGS_PATH');
    t.strictSame(JSON.parse(gemini?.text ?? 'null'), {
      mcpServers: { makima: { httpUrl: mcp.makima.url, headers: mcp.makima.headers }, own: mcp.own },
    });
    t.match(defaults({}), /.system-defaults\.json$/, 'and its defaults');
    t.equal(defaults({ GEMINI_CLI_SYSTEM_DEFAULTS_PATH: own }), own);
  } else t.equal(gemini, undefined, 'gemini would not take it from anybody but root');
  t.end();
});

void t.test('an effort that nobody would hear of is refused', async (t) => {
  t.match(await driverOf('gemini-stream-json').refusedEffort('low'), /gemini lets none be chosen: leave it out/);
  t.equal(await driverOf('codex-exec').refusedEffort('low'), null);
  t.equal(await driverOf('opencode-json').refusedEffort('low'), null);
});

void t.test('what is said is a message, whatever it begins with', (t) => {
  const said = (protocol: AgentProtocol, text: string): string => driverOf(protocol).converse(launch).userMessage(text);
  t.equal(said('codex-exec', '/clear'), '/clear\n', 'codex exec has no commands');
  t.equal(said('gemini-stream-json', ' /clear\n'), 'This is a message, not a command:\n\n /clear\n');
  t.equal(said('gemini-stream-json', 'ünï\u0000code'), 'ünï\u0000code\n');
  t.end();
});

void t.test('a session that could be taken for an option is none', (t) => {
  for (const id of ['--last', '', 'a b', '../x', 'x'.repeat(300)]) {
    t.same(read('codex-exec', [{ type: 'thread.started', thread_id: id }]), []);
    t.same(read('gemini-stream-json', [{ type: 'init', session_id: id }]), [{ kind: 'turn-started' }]);
    t.same(read('opencode-json', [{ type: 'text', sessionID: id }]), []);
  }
  t.end();
});

void t.test('of what codex tells of its session, only what this run has added is its own', (t) => {
  const told = { type: 'turn.completed', usage: { input_tokens: 300, cached_input_tokens: 100, output_tokens: 30 } };
  const sessionUsage = { ...noUsage, inputTokens: 150, cacheReadTokens: 20, outputTokens: 20, turns: 2 };
  t.match(ended(read('codex-exec', [told], { ...launch, session: 's', sessionUsage })), {
    usage: { inputTokens: 50, cacheReadTokens: 80, outputTokens: 10, turns: 1 },
  });
  t.match(ended(read('codex-exec', [told])), { usage: { inputTokens: 200, cacheReadTokens: 100, outputTokens: 30, turns: 1 } });
  t.end();
});

void t.test('failures, in the words of each, and what to do', (t) => {
  const failed = (protocol: AgentProtocol, lines: readonly unknown[]): string => {
    const end = ended(read(protocol, lines));
    if (end?.kind !== 'turn-ended' || !end.isError) throw new Error(JSON.stringify(end));
    return driverOf(protocol).explainFailure(end.message ?? '');
  };
  const codex = {
    type: 'turn.failed',
    error: { message: '{"type":"error","error":{"type":"invalid_request_error","message":"scripted failure 400"}}' },
  };
  t.equal(failed('codex-exec', [codex]), 'API error: scripted failure 400');
  const gemini = {
    type: 'result',
    status: 'error',
    error: { type: 'unknown', message: '[API Error: {"error":{"code":429,"message":"too much","status":"X"}}]' },
    stats: {},
  };
  t.equal(
    failed('gemini-stream-json', [gemini]),
    'API Error 429: too much. Wait until the limit is reset and start the task again: its worktree is kept.',
  );
  const opencode = { type: 'error', sessionID: 's', error: { name: 'APIError', data: { message: 'no', statusCode: 401 } } };
  t.match(failed('opencode-json', [opencode]), /^APIError 401: no\. Its credentials were refused/);
  t.match(driverOf('gemini-stream-json').explainFailure('Error resuming session: Invalid session identifier "x".'), 'without resume');
  t.match(driverOf('codex-exec').explainFailure('Error: thread/resume failed: no rollout found for thread id x'), 'without resume');
  t.match(driverOf('opencode-json').explainFailure('Error: Session not found'), 'without resume');
  const limit = { type: 'turn.failed', error: { message: 'You’ve hit your usage limit. Upgrade to Pro or try again at 3:08 PM.' } };
  t.match(read('codex-exec', [limit]), [
    { kind: 'limited', until: null },
    { kind: 'turn-ended', isError: true, limit: { until: null } },
  ]);
  t.end();
});

void t.test('an opencode that goes on after an error of its own turn has another one', (t) => {
  const step = (reason: string) => ({ type: 'step_finish', sessionID: 's', part: { reason, cost: 0.5 } });
  const kinds = read('opencode-json', [
    { type: 'step_start', sessionID: 's' },
    step('tool-calls'),
    { type: 'step_start' },
    step('stop'),
    { type: 'step_start' },
    step('stop'),
  ]);
  t.match(
    kinds.map(({ kind }) => kind),
    ['session', 'turn-started', 'turn-ended', 'turn-started', 'turn-ended'],
  );
  t.match(kinds.at(-1), { usage: { costUsd: 1.5, turns: 1 } });
  t.end();
});
