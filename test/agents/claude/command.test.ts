import t from 'tap';
import { asSetUp, type AgentLaunch, type AgentRequest } from '../../../src/agents/driver.ts';
import { agentDrivers, type ClaudeSettings } from '../../../src/agents/index.ts';
import { claudeSettings } from '../../support/claude-settings.ts';

const settings = (changes: Partial<ClaudeSettings> = {}): ClaudeSettings => claudeSettings({ command: process.execPath, ...changes });
const commandOf = (changes: Partial<ClaudeSettings> = {}, launch: Partial<AgentLaunch> = {}) =>
  agentDrivers({ claude: settings(changes) }).default.command({ ...asSetUp, cwd: '/', ...launch });

void t.test('the arguments stand around the driver’s own', (t) => {
  t.same(commandOf({ preArgs: ['/opt/claude.js', ''], args: ['--model', 'opus 5'] }).args, [
    '/opt/claude.js',
    '',
    '--output-format',
    'stream-json',
    '--input-format',
    'stream-json',
    '--verbose',
    '--dangerously-skip-permissions',
    '--permission-prompt-tool',
    'stdio',
    '--disallowedTools',
    'EnterPlanMode,ExitPlanMode',
    '-p',
    '--model',
    'opus 5',
  ]);
  t.end();
});

void t.test('verbose and the skip of permissions can be left out', (t) => {
  t.notOk(commandOf({ disableVerbose: true }).args.includes('--verbose'));
  t.ok(commandOf({ disableVerbose: true }).args.includes('--dangerously-skip-permissions'));
  t.notOk(commandOf({ enablePermissions: true }).args.includes('--dangerously-skip-permissions'));
  t.ok(commandOf({ enablePermissions: true }).args.includes('--verbose'));
  t.end();
});

void t.test('what a run asks for stands after the user’s own arguments, of which claude takes the last', (t) => {
  const asked = (launch: Partial<AgentLaunch>): string[] => {
    const { args } = commandOf({ args: ['--model', 'haiku'] }, launch);
    return args.slice(args.indexOf('haiku') + 1);
  };
  t.same(asked({}), []);
  t.same(asked({ session: '0f3c', model: 'opus', effort: 'high' }), ['--resume', '0f3c', '--model', 'opus', '--effort', 'high']);
  t.same(asked({ budget: { maxCostUsd: 0.5, maxTurns: 30 } }), ['--max-budget-usd', '0.5', '--max-turns', '30']);
  t.same(asked({ budget: {} }), []);
  const bounded = commandOf({ args: ['--max-turns', '5'] }, { budget: { maxCostUsd: 0.5, maxTurns: 30 } }).args;
  t.same(bounded.slice(bounded.indexOf('--max-turns')), ['--max-turns', '5', '--max-budget-usd', '0.5'], 'a bound of the user stays');
  const server = { type: 'http', url: 'http://127.0.0.1:1/mcp', headers: { 'X-Key': '${MAKIMA_API_KEY}' } } as const;
  const [option, value = ''] = asked({ mcp: { makima: server } });
  t.equal(option, '--mcp-config');
  t.same(JSON.parse(value), { mcpServers: { makima: server } });
  t.end();
});

void t.test('who is to ask asks over its streams, whatever the settings say', (t) => {
  const skip = '--dangerously-skip-permissions';
  for (const enablePermissions of [false, true]) {
    const { args } = commandOf({ enablePermissions }, { permissions: 'ask' });
    t.notOk(args.includes(skip));
    t.equal(args[args.indexOf('--permission-prompt-tool') + 1], 'stdio');
    t.ok(commandOf({ enablePermissions }, { permissions: 'skip' }).args.includes(skip));
    const asSet = commandOf({ enablePermissions }).args;
    t.equal(asSet[asSet.indexOf('--permission-prompt-tool') + 1], 'stdio', 'its user is asked in either mode');
    t.equal(commandOf({ enablePermissions }).actsUnasked, !enablePermissions);
    t.equal(asSet.includes('--disallowedTools'), !enablePermissions, 'who acts unasked waits for nobody to approve a plan');
  }
  t.end();
});

void t.test('answers to what claude asks', (t) => {
  const driver = agentDrivers({ claude: settings() }).default.converse({ ...asSetUp, cwd: '/' });
  const request: AgentRequest = { id: 'r1', tool: 'Bash', input: { command: 'a\nb' }, isQuestion: false };
  const answer = (...[given]: [Parameters<typeof driver.answerMessage>[1]]): unknown => {
    const line = driver.answerMessage(request, given) ?? '';
    t.match(line, /^[^\n]+\n$/);
    const { type, response } = JSON.parse(line);
    t.match({ type, response }, { type: 'control_response', response: { subtype: 'success', request_id: 'r1' } });
    return response.response;
  };
  t.same(answer({ decision: 'allow' }), { behavior: 'allow', updatedInput: request.input });
  t.same(answer({ decision: 'allow', input: { command: 'c' } }), { behavior: 'allow', updatedInput: { command: 'c' } });
  t.same(answer({ decision: 'allow', answers: { 'Which?': 'B' } }), {
    behavior: 'allow',
    updatedInput: { command: 'a\nb', answers: { 'Which?': 'B' } },
  });
  t.same(answer({ decision: 'deny', message: 'no' }), { behavior: 'deny', message: 'no' });
  t.same(answer({ decision: 'deny', message: 'no', interrupt: true }), { behavior: 'deny', message: 'no', interrupt: true });
  t.end();
});

void t.test('nobody vouches for a sandbox but the user', (t) => {
  t.notOk('IS_SANDBOX' in commandOf().env);
  t.same(commandOf({ agentEnv: { IS_SANDBOX: '1', MAKIMA_OWN: 'x' } }).env, { IS_SANDBOX: '1', MAKIMA_OWN: 'x' });
  t.end();
});

void t.test('a program is found for good before it is started in a worktree', (t) => {
  const bin = t.testdir({ bin: { claude: '#!/bin/sh\n', plain: 'x' } });
  t.throws(() => commandOf({ command: 'claude', inheritedEnv: { PATH: `${bin}/bin` } }), { code: 'AGENT_NOT_FOUND' }, 'not executable');
  t.throws(
    () => commandOf({ command: 'node', inheritedEnv: { PATH: '.:node_modules/.bin::' } }),
    { code: 'AGENT_NOT_FOUND' },
    'nothing relative is searched',
  );
  t.throws(() => commandOf({ command: '', inheritedEnv: { PATH: bin } }), { code: 'AGENT_NOT_FOUND' });
  t.throws(() => commandOf({ command: `${process.execPath} --flag` }), {
    message: /MAKIMA_CLAUDE_PRE_ARGS.*npm install -g @anthropic-ai\/claude-code[^.]*\. [^.]*to its path\. [A-Z][^.]*\.$/,
  });
  t.throws(() => commandOf({ command: bin }), { code: 'AGENT_NOT_FOUND' }, 'a directory');
  t.equal(commandOf({ command: 'node_modules/.bin/node' }).command, `${process.cwd()}/node_modules/.bin/node`);
  t.equal(commandOf({ command: 'sh', inheritedEnv: { PATH: '.:/nowhere:/bin' } }).command, '/bin/sh');
  t.equal(commandOf({ command: 'sh', agentEnv: { PATH: '/bin' } }).command, '/bin/sh', 'the agent’s own PATH counts');
  t.equal(commandOf({ command: '~/sh', inheritedEnv: { HOME: '/bin' } }).command, '/bin/sh');
  t.end();
});

void t.test('drivers by name', (t) => {
  const drivers = agentDrivers({ claude: settings() });
  t.equal(drivers.get('claude'), drivers.default);
  t.throws(() => drivers.get('__proto__'), { code: 'INVALID_AGENT' });
  t.equal(drivers.all[0]?.driver, drivers.default);
  t.end();
});

void t.test('messages to the agent are one line of JSON each', (t) => {
  const driver = agentDrivers({ claude: settings() }).default.converse({ ...asSetUp, cwd: '/' });
  const text = 'a\nb\r\u2028"\u0000\ud800';
  t.match(driver.userMessage(text), /^[^\n]+\n$/);
  const id = '11111111-2222-4333-8444-555555555555';
  t.equal(JSON.parse(driver.userMessage(text, id)).uuid, id);
  t.notOk('uuid' in JSON.parse(driver.userMessage(text, 'what is left')), 'what is none would end claude');
  t.same(JSON.parse(driver.userMessage(text)), { type: 'user', message: { role: 'user', content: text } });
  t.match(JSON.parse(driver.interruptMessage() ?? ''), { type: 'control_request', request_id: /\S/, request: { subtype: 'interrupt' } });
  t.not(driver.interruptMessage(), driver.interruptMessage(), 'each request has an id of its own');
  t.end();
});

void t.test('no message is a command of claude’s, whatever it begins with', (t) => {
  const driver = agentDrivers({ claude: settings() }).default.converse({ ...asSetUp, cwd: '/' });
  const sent = (text: string): string => JSON.parse(driver.userMessage(text)).message.content;
  for (const text of [
    '/clear',
    '/compact keep the plan',
    ' /clear',
    '\n\n\t/clear',
    '\u00a0/clear',
    '\ufeff/clear',
    '/home/u/a.ts is wrong',
    '/',
  ]) {
    t.match(sent(text), /^\w/, 'words come first');
    t.ok(sent(text).endsWith(`\n\n${text}`), 'the text itself is whole');
  }
  for (const text of ['', 'clear', 'a\n/clear', '.makima/orchestrate.sh done']) t.equal(sent(text), text);
  t.end();
});
