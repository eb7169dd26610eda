/** The scripted ACP agent speaks the protocol, as its SDK's own client sees it; what else is tested with it is then not a language of ours. */
import * as acp from '@agentclientprotocol/sdk';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { agentPath, plainly, scratch } from '../../support/daemon.ts';

interface Met {
  agent: acp.ClientContext;
  cwd: string;
  updates: acp.SessionUpdate[];
  /** What the agent said since it was asked last. */
  said(): string;
  gone: Promise<unknown>;
}

/** @param allow - which of the options of a permission it takes */
const meet = async (t: Test, args: string[], cwd: string, allow = 'once'): Promise<Met> => {
  mkdirSync(cwd, { recursive: true });
  const [command, before] = plainly(agentPath('acp'));
  const child = spawn(command, [...before, ...args], { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  t.teardown(() => child.kill('SIGKILL'));
  const updates: acp.SessionUpdate[] = [];
  const stdout: ReadableStream<Uint8Array> = Readable.toWeb(child.stdout);
  const connection = acp
    .client({ name: 'a test' })
    .onNotification('session/update', ({ params }) => void updates.push(params.update))
    .onRequest('session/request_permission', () => ({ outcome: { outcome: 'selected', optionId: allow } }))
    .onRequest('elicitation/create', () => ({ action: 'accept', content: { answer: 'blue' } }))
    .connect(acp.ndJsonStream(Writable.toWeb(child.stdin), stdout));
  t.teardown(() => connection.close());
  return {
    agent: connection.agent,
    cwd,
    updates,
    said: () =>
      updates
        .splice(0)
        .flatMap((update) =>
          update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text' ? [update.content.text] : [],
        )
        .join('|'),
    gone,
  };
};

const greet = (agent: acp.ClientContext): Promise<acp.InitializeResponse> =>
  agent.request('initialize', { protocolVersion: acp.PROTOCOL_VERSION, clientCapabilities: { elicitation: { form: {} } } });

const ask = ({ agent }: Met, sessionId: string, text: string): Promise<acp.PromptResponse> =>
  agent.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });

void t.test('a session, what is done in it, and another process that goes on with it', async (t) => {
  const cwd = join(scratch(t), 'worktree');
  const met = await meet(t, ['modes=ask,code', 'models=small,large', 'resume'], cwd);
  t.match(await greet(met.agent), { protocolVersion: 1, agentCapabilities: { loadSession: true, sessionCapabilities: { resume: {} } } });
  const { sessionId, modes, configOptions } = await met.agent.request('session/new', { cwd, mcpServers: [] });
  t.match(modes, { currentModeId: 'ask' });
  t.match(configOptions, [{ category: 'model', currentValue: 'small' }]);
  t.match(await met.agent.request('session/set_config_option', { sessionId, configId: 'model', value: 'large' }), {
    configOptions: [{ currentValue: 'large' }],
  });
  await t.rejects(met.agent.request('session/set_config_option', { sessionId, configId: 'model', value: 'none' }), { code: -32602 });

  t.same(await ask(met, sessionId, 'hello'), { stopReason: 'end_turn' });
  t.equal(met.said(), 'Heard: hello');
  await ask(
    met,
    sessionId,
    [
      'THINK: hm',
      'PLAN: [{"content":"one","priority":"high","status":"pending"}]',
      'DO: {"tool":"Write","input":{"file_path":"made.txt","content":"made"}}',
      'DO: {"tool":"Bash","input":{"command":"cat made.txt"},"as":"it"}',
      'SAY: it is {{it}}',
      'SAY: the next turn',
    ].join('\n'),
  );
  t.equal(readFileSync(join(cwd, 'made.txt'), 'utf8'), 'made');
  t.match(
    met.updates.map(({ sessionUpdate }) => sessionUpdate),
    ['agent_thought_chunk', 'plan', 'tool_call', 'tool_call_update', 'tool_call', 'tool_call_update', 'agent_message_chunk'],
  );
  t.match(met.updates[3], { status: 'completed', content: [{ type: 'diff', newText: 'made' }, { type: 'content' }] });
  t.equal(met.said(), 'it is made');
  await ask(met, sessionId, 'go on');
  t.equal(met.said(), 'the next turn', 'what follows a SAY');

  const working = ask(met, sessionId, 'TEXT: begun\nHANG');
  const isCancelled = met.agent.notify('session/cancel', { sessionId });
  t.same(await working, { stopReason: 'cancelled' });
  await isCancelled;
  met.said();

  const other = await meet(t, ['resume'], cwd);
  await greet(other.agent);
  await t.rejects(other.agent.request('session/load', { sessionId: 'none', cwd, mcpServers: [] }), { code: -32002 });
  await other.agent.request('session/load', { sessionId, cwd, mcpServers: [] });
  t.match(other.said(), /^Heard: hello\|it is made\|/, 'it replays');
  await ask(other, sessionId, 'again');
  t.equal(other.said(), 'Heard: hello | SAY: the next turn | go on | HANG | again');
});

void t.test('what it asks', async (t) => {
  const cwd = join(scratch(t), 'worktree');
  const bash = (command: string): string => JSON.stringify({ tool: 'Bash', input: { command } });
  for (const [option, text, made] of [
    ['once', 'Told: {"decision":"allow","option":"once"}', true],
    ['no', 'Told: {"decision":"deny","option":"no"}', false],
  ] as const) {
    const met = await meet(t, ['text-ids'], join(cwd, option), option);
    await greet(met.agent);
    const { sessionId } = await met.agent.request('session/new', { cwd, mcpServers: [] });
    await ask(met, sessionId, `ASK: ${bash('touch asked')}\nALSO: ${bash('touch also')}`);
    t.equal(met.said(), `${text}|${text}`);
    await ask(met, sessionId, `DO: ${bash('ls')}`);
    t.equal(JSON.stringify(met.updates).includes('also'), made);
    await ask(met, sessionId, 'QUESTION: {"question":"Which?","options":["red","blue"]}');
    t.equal(met.said(), 'Answered: "blue"');
  }
});

void t.test('what it does not do', async (t) => {
  const cwd = join(scratch(t), 'worktree');
  const shut = await meet(t, ['auth-required'], cwd);
  t.match(await greet(shut.agent), { authMethods: [{ id: 'sign-in' }] });
  await t.rejects(shut.agent.request('session/new', { cwd, mcpServers: [] }), { code: -32000 });
  const met = await meet(t, ['dies-in=session/load', 'version=2'], cwd);
  t.match(await greet(met.agent), { protocolVersion: 2 });
  const { sessionId } = await met.agent.request('session/new', { cwd, mcpServers: [] });
  await t.rejects(ask(met, sessionId, 'FAIL: {"code":429,"message":"Too many"}'), { code: 429, message: 'Too many' });
  await ask(met, sessionId, 'FLOOD: {"times":300,"bytes":10}');
  t.equal(met.updates.length, 301);
  await t.rejects(met.agent.request('session/load', { sessionId, cwd, mcpServers: [] }));
  t.match(await met.gone, [3]);
});
