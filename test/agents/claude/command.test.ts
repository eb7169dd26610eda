import t from 'tap';
import { agentDrivers, type ClaudeSettings } from '../../../src/agents/index.ts';
import { withoutNames } from '../../../src/agents/without-names.ts';

const settings = (changes: Partial<ClaudeSettings> = {}): ClaudeSettings => ({
  command: process.execPath,
  preArgs: [],
  args: [],
  enablePermissions: false,
  disableVerbose: false,
  agentEnv: {},
  inheritedEnv: {},
  ...changes,
});
const commandOf = (changes: Partial<ClaudeSettings> = {}) => agentDrivers({ claude: settings(changes) }).default.command();

void t.test('the arguments stand around the driver’s own', (t) => {
  t.same(commandOf({ preArgs: ['/opt/claude.js', ''], args: ['--model', 'opus 5'] }).args, [
    '/opt/claude.js', '', '--output-format', 'stream-json', '--input-format', 'stream-json', '--verbose', '--dangerously-skip-permissions', '-p', '--model', 'opus 5',
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

void t.test('the environment: what the user set stays, what another claude, npm or the daemon set goes', (t) => {
  const { env, withoutEnv } = commandOf({ agentEnv: { IS_SANDBOX: '1', MAKIMA_OWN: 'x' } });
  t.same(env, { IS_SANDBOX: '1', MAKIMA_OWN: 'x' });
  const kept = {
    PATH: '/bin', HOME: '/h', CLAUDE_CONFIG_DIR: '/c', CLAUDE_CODE_USE_BEDROCK: '1', CLAUDE_CODE_MAX_RETRIES: '2', CLAUDE_CODE_OAUTH_TOKEN: 't',
    ANTHROPIC_API_KEY: 'k', npm_config_registry: 'https://r',
  };
  const gone = {
    CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: 's', CLAUDE_CODE_ENTRYPOINT: 'cli', CLAUDE_PID: '1', MAKIMA_HOME: '/m', MAKIMA_API_KEY: 'secret',
    npm_lifecycle_event: 'start', npm_package_json: '/m/package.json', npm_config_local_prefix: '/m', INIT_CWD: '/m',
  };
  t.same(withoutNames({ ...kept, ...gone, UNSET: undefined }, withoutEnv), kept);
  t.end();
});

void t.test('nobody vouches for a sandbox but the user', (t) => {
  t.notOk('IS_SANDBOX' in commandOf().env);
  t.end();
});

void t.test('a program is found for good before it is started in a worktree', (t) => {
  const bin = t.testdir({ bin: { claude: '#!/bin/sh\n', plain: 'x' } });
  t.throws(() => commandOf({ command: 'claude', inheritedEnv: { PATH: `${bin}/bin` } }), { code: 'AGENT_NOT_FOUND' }, 'not executable');
  t.throws(() => commandOf({ command: 'node', inheritedEnv: { PATH: '.:node_modules/.bin::' } }), { code: 'AGENT_NOT_FOUND' }, 'nothing relative is searched');
  t.throws(() => commandOf({ command: '', inheritedEnv: { PATH: bin } }), { code: 'AGENT_NOT_FOUND' });
  t.throws(() => commandOf({ command: `${process.execPath} --flag` }), { message: /MAKIMA_CLAUDE_PRE_ARGS.*npm install -g @anthropic-ai\/claude-code[^.]*\. [^.]*to its path\. [A-Z][^.]*\.$/ });
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
  t.same(drivers.all.map(({ name }) => name), ['claude']);
  t.end();
});

void t.test('messages to the agent are one line of JSON each', (t) => {
  const driver = agentDrivers({ claude: settings() }).default;
  const text = 'a\nb\r\u2028"\u0000\ud800';
  t.match(driver.userMessage(text), /^[^\n]+\n$/);
  t.same(JSON.parse(driver.userMessage(text)), { type: 'user', message: { role: 'user', content: text } });
  t.match(JSON.parse(driver.interruptMessage() ?? ''), { type: 'control_request', request_id: /\S/, request: { subtype: 'interrupt' } });
  t.not(driver.interruptMessage(), driver.interruptMessage(), 'each request has an id of its own');
  t.end();
});
