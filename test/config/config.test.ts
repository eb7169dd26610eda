import { join } from 'node:path';
import t, { type Test } from 'tap';
import { ConfigError, loadConfig, type Config } from '../../src/config/config.ts';

const problemsOf = (env: NodeJS.ProcessEnv, homedir = '/nowhere'): readonly string[] => {
  try {
    loadConfig(env, { homedir, cwd: '/cwd' });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

// The defaults of the contract's table, written out.
const defaults = {
  home: '/home/u/.makima',
  host: '127.0.0.1',
  port: 8080,
  allowedHosts: [],
  allowedOrigins: [],
  basePath: '',
  trustedProxies: [],
  notify: [],
  notifyTypes: ['end', 'completion', 'approval', 'budget', 'limit'],
  webhookAllow: [],
  worktreeDir: '/home/u/.makima/worktrees',
  preparedWorktrees: 2,
  preparedBytes: 2_147_483_648,
  portFirst: 20_000,
  portRange: 20,
  startIntervalMs: 0,
  maxConcurrentTasks: 4,
  maxDepth: 2,
  maxTasks: 10_000,
  maxStreams: 1000,
  claudeCommand: 'claude',
  claudePreArgs: [],
  claudeArgs: [],
  enablePermissions: false,
  approvalMinutes: 0,
  disableVerbose: false,
  agentEnv: {},
  agents: {},
  defaultAgent: 'claude',
  logLevel: 'info',
  stopAgents: false,
  keepSubtasks: false,
  resumeAfterLimit: false,
  silenceSeconds: 30,
  startSilenceSeconds: 30,
  resultSilenceSeconds: 30,
  silenceInterruptMinutes: 0,
  tellParents: true,
  backgroundMinutes: 0,
  maxLogBytes: 1_073_741_824,
  retentionDays: 0,
  retentionBytes: 0,
  worktreeDays: 0,
  snapshotDays: 0,
  commitAuthor: null,
};
/** What only a change of the program moves; each is somebody's decision, so that its value is not repeated here. */
const bounds = [
  'bodyLimitBytes',
  'interruptGraceMs',
  'terminateGraceMs',
  'exitGraceMs',
  'backgroundWaitMs',
  'limitRetryMs',
  'limitPauseMs',
  'setupTimeoutMs',
  'minFreeBytes',
  'keepFirstMs',
  'waitGraceMs',
  'keepEveryMs',
  'recoveryMs',
  'gatherMs',
  'webhookPauseMs',
  'webhookLongestPauseMs',
  'webhookTimeoutMs',
  'webhookGiveUpMs',
  'webhookWaiting',
] as const;
/** The settings without the bounds, which must all be there. */
const settingsOf = (t: Test, config: Config) => {
  const settings: Record<string, unknown> = { ...config };
  for (const name of bounds) {
    t.ok(Number.isInteger(config[name]) && config[name] > 0, name);
    Reflect.deleteProperty(settings, name);
  }
  return settings;
};

void t.test('with nothing set, the defaults', (t) => {
  const { config, warnings } = loadConfig({ PATH: '/bin', OTHER: '' }, { homedir: '/home/u' });
  t.strictSame(settingsOf(t, config), defaults);
  t.strictSame(warnings, []);
  t.end();
});

const everything = {
  MAKIMA_HOST: '0.0.0.0',
  MAKIMA_PORT: '0',
  MAKIMA_ALLOWED_HOSTS: 'Box.local, box.local:8080,,[::1]:80',
  MAKIMA_ALLOWED_ORIGINS: 'https://a.example,http://localhost:3000',
  MAKIMA_BASE_PATH: '/on/this.host_1~-',
  MAKIMA_TRUSTED_PROXIES: 'loopback, unix,10.0.0.7,fd00::/8',
  MAKIMA_NOTIFY: '["~/bin/tell", "a b"]',
  MAKIMA_NOTIFY_TYPES: 'silence, end',
  MAKIMA_WEBHOOK_ALLOW: 'Hooks.lan, 127.0.0.1,10.1.0.0/16,fd00::/8',
  MAKIMA_WORKTREE_DIR: '~/trees',
  MAKIMA_MAX_CONCURRENT_TASKS: ' 16 ',
  MAKIMA_MAX_DEPTH: '0',
  MAKIMA_MAX_TASKS: '0',
  MAKIMA_MAX_STREAMS: '20',
  MAKIMA_CLAUDE_COMMAND: '~/bin/claude',
  MAKIMA_CLAUDE_PRE_ARGS: '["cli.js", ""]',
  MAKIMA_CLAUDE_ARGS: '["--model","a b \\"c\\""]',
  MAKIMA_ENABLE_PERMISSIONS: 'TRUE',
  MAKIMA_DISABLE_VERBOSE: '1',
  MAKIMA_AGENT_ENV: '{"A_1":"x=y","__proto__":"p"}',
  MAKIMA_AGENTS:
    '{"gemini":{"command":"~/bin/gemini"},"second-claude":{"command":"claude","env":{"CLAUDE_CONFIG_DIR":"/c"},"args":["--model","opus"],"protocol":"claude"}}',
  MAKIMA_DEFAULT_AGENT: 'second-claude',
  MAKIMA_LOG_LEVEL: 'silent',
  MAKIMA_STOP_AGENTS: 'true',
  MAKIMA_KEEP_SUBTASKS: 'true',
  MAKIMA_RESUME_AFTER_LIMIT: '1',
  MAKIMA_SILENCE_SECONDS: '600',
  MAKIMA_START_SILENCE_SECONDS: '0',
  MAKIMA_RESULT_SILENCE_SECONDS: '45',
  MAKIMA_SILENCE_INTERRUPT_MINUTES: '120',
  MAKIMA_TELL_PARENTS: 'false',
  MAKIMA_BACKGROUND_MINUTES: '90',
  MAKIMA_APPROVAL_MINUTES: '45',
  MAKIMA_MAX_LOG_BYTES: '1000000',
  MAKIMA_RETENTION_DAYS: '30',
  MAKIMA_RETENTION_BYTES: '5000000000',
  MAKIMA_WORKTREE_DAYS: '14',
  MAKIMA_SNAPSHOT_DAYS: '90',
  MAKIMA_COMMIT_AUTHOR: 'Ada <ada@example.org>',
  MAKIMA_PREPARED_WORKTREES: '0',
  MAKIMA_PREPARED_BYTES: '1000000',
  MAKIMA_PORT_FIRST: '30000',
  MAKIMA_PORT_RANGE: '0',
  MAKIMA_START_INTERVAL_MS: '250',
};
const everythingRead = {
  host: '0.0.0.0',
  port: 0,
  allowedHosts: ['box.local', 'box.local:8080', '[::1]:80'],
  allowedOrigins: ['https://a.example', 'http://localhost:3000'],
  basePath: '/on/this.host_1~-',
  trustedProxies: ['loopback', 'unix', '10.0.0.7', 'fd00::/8'],
  notify: ['/home/u/bin/tell', 'a b'],
  notifyTypes: ['end', 'silence'],
  webhookAllow: ['hooks.lan', '127.0.0.1', '10.1.0.0/16', 'fd00::/8'],
  maxConcurrentTasks: 16,
  maxDepth: 0,
  maxTasks: 0,
  maxStreams: 20,
  claudeCommand: '/home/u/bin/claude',
  claudePreArgs: ['cli.js', ''],
  claudeArgs: ['--model', 'a b "c"'],
  enablePermissions: true,
  disableVerbose: true,
  agents: {
    gemini: { command: '/home/u/bin/gemini' },
    'second-claude': { command: 'claude', env: { CLAUDE_CONFIG_DIR: '/c' }, args: ['--model', 'opus'], protocol: 'claude' },
  },
  defaultAgent: 'second-claude',
  logLevel: 'silent',
  stopAgents: true,
  keepSubtasks: true,
  resumeAfterLimit: true,
  silenceSeconds: 600,
  startSilenceSeconds: 0,
  resultSilenceSeconds: 45,
  silenceInterruptMinutes: 120,
  tellParents: false,
  backgroundMinutes: 90,
  approvalMinutes: 45,
  maxLogBytes: 1_000_000,
  retentionDays: 30,
  retentionBytes: 5_000_000_000,
  worktreeDays: 14,
  snapshotDays: 90,
  commitAuthor: { name: 'Ada', email: 'ada@example.org' },
  worktreeDir: '/home/u/trees',
  preparedWorktrees: 0,
  preparedBytes: 1_000_000,
  portFirst: 30_000,
  portRange: 0,
  startIntervalMs: 250,
};

void t.test('every variable is read', (t) => {
  const { config, warnings } = loadConfig({ ...everything, MAKIMA_HOME: '~/state' }, { homedir: '/home/u' });
  const rest = settingsOf(t, config);
  Reflect.deleteProperty(rest, 'agentEnv');
  t.strictSame(rest, { ...everythingRead, home: '/home/u/state' });
  t.strictSame(Object.entries(config.agentEnv), [
    ['A_1', 'x=y'],
    ['__proto__', 'p'],
  ]);
  t.strictSame(warnings, []);
  t.end();
});

void t.test('every name in the file is read, and the environment wins', (t) => {
  const inFile = {
    host: '::1',
    port: 9000,
    allowedHosts: ['a.example'],
    allowedOrigins: 'https://b.example',
    basePath: '/makima',
    trustedProxies: ['::1'],
    notify: ['./tell', 'x'],
    notifyTypes: ['silence'],
    webhookAllow: ['::1'],
    worktreeDir: 'trees',
    preparedWorktrees: 5,
    preparedBytes: 70_000,
    portFirst: 1024,
    portRange: 1000,
    startIntervalMs: 600_000,
    maxConcurrentTasks: 2,
    maxDepth: 5,
    maxTasks: 7,
    maxStreams: 8,
    claudeCommand: './claude',
    claudePreArgs: ['a'],
    claudeArgs: ['b'],
    enablePermissions: true,
    disableVerbose: true,
    agentEnv: { B: 'c' },
    defaultAgent: 'goose',
    agents: { goose: { command: './goose', env: { G: 'h' } }, 'my-own': { command: 'own', args: [] } },
    logLevel: 'debug',
    stopAgents: true,
    keepSubtasks: true,
    resumeAfterLimit: true,
    silenceSeconds: 1,
    startSilenceSeconds: 2,
    resultSilenceSeconds: 3,
    silenceInterruptMinutes: 4,
    tellParents: false,
    backgroundMinutes: 5,
    approvalMinutes: 7,
    maxLogBytes: 70_000,
    retentionDays: 1,
    retentionBytes: 2,
    worktreeDays: 3,
    snapshotDays: 4,
    commitAuthor: 'Bo <bo@example.org>',
  };
  const home = t.testdir({ 'config.json': `\uFEFF${JSON.stringify(inFile)}` });
  const { config } = loadConfig({ MAKIMA_HOME: home }, { homedir: '/home/u' });
  t.strictSame(settingsOf(t, config), {
    ...inFile,
    commitAuthor: { name: 'Bo', email: 'bo@example.org' },
    home,
    allowedOrigins: ['https://b.example'],
    notify: [join(home, 'tell'), 'x'],
    worktreeDir: join(home, 'trees'),
    claudeCommand: join(home, 'claude'),
    agents: { goose: { command: join(home, 'goose'), env: { G: 'h' } }, 'my-own': { command: 'own', args: [] } },
  });
  const both = loadConfig({ ...everything, MAKIMA_HOME: home, MAKIMA_AGENT_ENV: '{"C":"d"}' }, { homedir: '/home/u' }).config;
  t.strictSame(settingsOf(t, both), { ...everythingRead, home, agentEnv: { C: 'd' } });
  t.end();
});

void t.test('false and 0 in the environment win over true in the file; an empty text is no value', (t) => {
  const home = t.testdir({ 'config.json': '{"enablePermissions": true, "port": 9000, "host": "", "maxDepth": 1}' });
  const { config } = loadConfig(
    { MAKIMA_HOME: home, MAKIMA_ENABLE_PERMISSIONS: 'false', MAKIMA_PORT: '0', MAKIMA_MAX_DEPTH: '', MAKIMA_LOG_LEVEL: '' },
    { homedir: '/h' },
  );
  t.match(config, { enablePermissions: false, port: 0, maxDepth: 1, host: '127.0.0.1', logLevel: 'info' });
  t.equal(loadConfig({ MAKIMA_HOME: '' }, { homedir: '/h' }).config.home, '/h/.makima');
  t.end();
});

void t.test('paths: ~ alone, ~ with more, relative, and what only looks like ~', (t) => {
  const homeOf = (MAKIMA_HOME: string) => loadConfig({ MAKIMA_HOME }, { homedir: '/h/$&', cwd: '/cwd' }).config.home;
  t.equal(homeOf('~'), '/h/$&');
  t.equal(homeOf('~/a/../b'), '/h/$&/b');
  t.equal(homeOf('sub'), '/cwd/sub');
  t.equal(homeOf('/a/~/b'), '/a/~/b');
  t.equal(loadConfig({}, { homedir: '/h' }).config.worktreeDir, '/h/.makima/worktrees');
  t.equal(loadConfig({ MAKIMA_CLAUDE_COMMAND: 'bin/claude' }, { homedir: '/h', cwd: '/cwd' }).config.claudeCommand, '/cwd/bin/claude');
  t.end();
});

const bad: Record<string, [must: string, ...values: string[]]> = {
  MAKIMA_HOME: ['a path', '~other/x', '  '],
  MAKIMA_HOST: ['an IP address', 'a b', 'http://x', '[::1]', '-x', '127.0.0.1:80'],
  MAKIMA_PORT: ['from 0 to 65535', '65536', '-1', '80.5', '0x50', '1e3', 'http', ' '],
  MAKIMA_TRUSTED_PROXIES: ['addresses and networks', 'proxy.lan', '*', 'true', '10.0.0.0/33'],
  MAKIMA_NOTIFY: ['a command', '[]', '[1]', '["a"', '[" "]'],
  MAKIMA_WEBHOOK_ALLOW: ['host names', '*', 'http://a', '10.0.0.0/33', '::/129', 'a/8', '10.0.0.0/'],
  MAKIMA_ALLOWED_HOSTS: ['host names', '*', 'http://a', 'a b', 'a/b', 'a:port'],
  MAKIMA_ALLOWED_ORIGINS: ['origins such as', '*', 'example.org', 'https://a/path', 'null', 'https://*.a', 'https://u@a', 'https://a/'],
  MAKIMA_BASE_PATH: [
    'a path such as /makima',
    '/',
    'makima',
    '/makima/',
    '//x',
    '/a//b',
    '/a b',
    '/:id',
    '/*',
    '/a/../b',
    '/.',
    '/%20',
    '/ü',
    '/a?b',
    '/a\n',
  ],
  MAKIMA_WORKTREE_DIR: ['a path', '~other'],
  MAKIMA_MAX_CONCURRENT_TASKS: ['from 1 to', '0', '-4', 'four', '1.5', 'Infinity', 'NaN', '99999999999'],
  MAKIMA_MAX_DEPTH: ['from 0 to', '-1', 'x'],
  MAKIMA_MAX_TASKS: ['from 0 to', '-1', 'many'],
  MAKIMA_MAX_STREAMS: ['from 1 to', '0', '1.5'],
  MAKIMA_CLAUDE_COMMAND: ['the name of a command', '  ', '~other/claude'],
  MAKIMA_CLAUDE_PRE_ARGS: ['a JSON array of strings', '--model opus', '{}', '[1]', '"a"', '["a\\u0000"]', 'null', '[null]', '["a"'],
  MAKIMA_CLAUDE_ARGS: ['a JSON array of strings', '[["a"]]'],
  MAKIMA_ENABLE_PERMISSIONS: ['true, false, 1 or 0', 'yes', 'on', '2', 'truee'],
  MAKIMA_COMMIT_AUTHOR: ['a name and a mail address', 'Ada', 'ada@example.org', '<ada@example.org>', 'Ada <>', 'Ada <a b>', 'A\nB <a@b>'],
  MAKIMA_DISABLE_VERBOSE: ['true, false, 1 or 0', 'no'],
  MAKIMA_AGENT_ENV: [
    'a JSON object of strings',
    'A=b',
    '[]',
    'null',
    '{"A":1}',
    '{"A B":"x"}',
    '{"1A":"x"}',
    '{"":"x"}',
    '{"A":"\\u0000"}',
    '{"A=":"x"}',
    '{"MAKIMA_RUN_ID":"x"}',
  ],
  MAKIMA_STOP_AGENTS: ['true, false, 1 or 0', 'no'],
  MAKIMA_KEEP_SUBTASKS: ['true, false, 1 or 0', 'no'],
  MAKIMA_TELL_PARENTS: ['true, false, 1 or 0', 'never'],
  MAKIMA_BACKGROUND_MINUTES: ['a whole number', '-1', '10081', '1.5'],
  MAKIMA_APPROVAL_MINUTES: ['a whole number', '-1', '10081', '1.5'],
  MAKIMA_MAX_LOG_BYTES: ['from 65536', '0', '1G'],
  MAKIMA_RETENTION_DAYS: ['from 0', '-1'],
  MAKIMA_RETENTION_BYTES: ['from 0', '1.5'],
  MAKIMA_DEFAULT_AGENT: ['one of claude, codex, gemini, ', 'mine', 'Claude', 'toString'],
  MAKIMA_LOG_LEVEL: ['one of fatal, error, warn', 'verbose', 'INFO', 'toString'],
};

void t.test('a bad value is refused with its name, the value and what it must be', (t) => {
  for (const [name, [must, ...values]] of Object.entries(bad)) {
    for (const value of values) {
      const problems = problemsOf({ [name]: value });
      t.equal(problems.length, 1, `${name}=${value}`);
      t.match(problems[0], `${name} is `);
      t.ok(problems[0]?.includes(must), `${name}=${value}`);
      if (name === 'MAKIMA_AGENT_ENV') t.notOk(problems[0]?.includes(`${value}:`), 'it may hold a password');
      else t.ok(problems[0]?.includes(JSON.stringify(value)));
    }
  }
  const [problem = ''] = problemsOf({ MAKIMA_PORT: 'x'.repeat(100_000) });
  t.ok(problem.length < 500);
  t.notOk(problemsOf({ MAKIMA_AGENT_ENV: '{"TOKEN": "hunter2"' })[0]?.includes('hunter2'));
  t.end();
});

void t.test('what is wrong with a table of agents is told by its place, each part by itself, and no value is shown', (t) => {
  const wrong: [string, RegExp][] = [
    ['acp', /must be a JSON object of agents by their names, such as \{/],
    ['[]', /must be a JSON object/],
    ['{"a b":{"command":"x"}}', /"a b" is no name of an agent: it must be letters, digits and dashes/],
    ['{"-a":{"command":"x"}}', /"-a" is no name/],
    ['{"__proto__":{"command":"x"}}', /"__proto__" is no name/],
    [JSON.stringify({ ['x'.repeat(41)]: { command: 'x' } }), /is no name/],
    ['{"claude":{"command":"x"}}', /claude is set by MAKIMA_CLAUDE_COMMAND/],
    ['{"a":"x"}', /a must be a JSON object, such as \{"command": "a"\}/],
    ['{"a":{}}', /a has no command: .*codex, gemini/],
    ['{"a":{"command":""}}', /command of a must be the name of a command/],
    ['{"a":{"command":"x","args":"--acp"}}', /args of a must be a JSON array of strings/],
    ['{"a":{"command":"x","env":{"MAKIMA_RUN_ID":"hunter2"}}}', /env of a must be a JSON object of strings/],
    ['{"a":{"command":"x","protocol":"acpp"}}', /protocol of a must be one of acp, claude/],
    ['{"a":{"command":"x","comand":"hunter2"}}', /a has a "comand", which is no part of an agent \(did you mean command\?\)/],
    ['{"a":{"command":"x","toString":"hunter2"}}', /a has a "toString"/],
    [JSON.stringify(Object.fromEntries(Array.from({ length: 51 }, (_, each) => [`a${each}`, { command: 'x' }]))), /has 51 agents: .* 50/],
  ];
  for (const [value, says] of wrong) {
    const problems = problemsOf({ MAKIMA_AGENTS: value });
    t.equal(problems.length, 1, value.slice(0, 80));
    t.match(problems[0], /^MAKIMA_AGENTS is not usable: /);
    t.match(problems[0], says);
    t.notMatch(problems[0], /hunter2/);
  }
  t.equal(problemsOf({ MAKIMA_AGENTS: '{"a":{"args":1},"b":{"command":"x","env":[]},"gemini":{}}' }).length, 3, 'all at once');
  t.end();
});

void t.test('a name that there is not is told with the one that may be meant', (t) => {
  const of = (name: string) => loadConfig({ [name]: '1' }, { homedir: '/nowhere' }).warnings;
  t.strictSame(of('MAKIMA_PROT'), ['MAKIMA_PROT is no setting of makima and has no effect (did you mean MAKIMA_PORT?).']);
  t.strictSame(of('MAKIMA_HOSTS'), ['MAKIMA_HOSTS is no setting of makima and has no effect (did you mean MAKIMA_HOST?).']);
  t.strictSame(of('MAKIMA_COLOUR'), ['MAKIMA_COLOUR is no setting of makima and has no effect.']);
  const home = t.testdir({ 'config.json': '{"maxConcurentTasks": 1}' });
  t.match(problemsOf({ MAKIMA_HOME: home }), [/ is no setting \(did you mean maxConcurrentTasks\?\): it must be one of host, port/]);
  t.end();
});

void t.test('everything that is wrong is told at once, of both sources', (t) => {
  const home = t.testdir({
    'config.json': '{"port": 70000, "maxDepth": true, "prot": 1, "home": "/x", "claudeArgs": "-p", "logLevel": null, "__proto__": 1}',
  });
  const problems = problemsOf({ MAKIMA_HOME: home, MAKIMA_PORT: '1', MAKIMA_MAX_DEPTH: 'deep', MAKIMA_HOST: '!' });
  const file = join(home, 'config.json');
  const starts = [
    `MAKIMA_HOST is "!": `,
    `port in ${file} is 70000: `,
    `maxDepth in ${file} is true: `,
    'MAKIMA_MAX_DEPTH is "deep": ',
    `claudeArgs in ${file} is "-p": `,
    `logLevel in ${file} is null: `,
    `prot in ${file} is no setting`,
    `home in ${file} has no effect`,
    `__proto__ in ${file} is no setting`,
  ];
  for (const start of starts) t.equal(problems.filter((problem) => problem.startsWith(start)).length, 1, start);
  t.equal(problems.length, starts.length);
  const error = t.throws(() => loadConfig({ MAKIMA_HOME: home }, { homedir: '/h' }));
  t.ok(error instanceof ConfigError && error.problems.every((problem) => error.message.includes(problem)));
  t.end();
});

void t.test('a file that is no JSON object is named', (t) => {
  for (const text of ['', '{', '[]', 'null', '"x"', '{"port": 1,}', 'port: 1']) {
    const home = t.testdir({ 'config.json': text });
    const problems = problemsOf({ MAKIMA_HOME: home });
    t.equal(problems.length, 1);
    t.ok(problems[0]?.startsWith(`${join(home, 'config.json')} `) && problems[0].includes('JSON'), text);
  }
  t.match(problemsOf({ MAKIMA_HOME: t.testdir({ 'config.json': {} }) }), [/config\.json cannot be read/]);
  t.end();
});

void t.test('a variable that nobody reads is warned of, not refused', (t) => {
  const { warnings } = loadConfig(
    { MAKIMA_PROT: '1', MAKIMA_TASK_ID: 'of the agent that starts this', MAKIMA_API_KEY: 'k', makima_port: '1', XMAKIMA_A: '' },
    { homedir: '/h' },
  );
  t.strictSame(warnings.length, 1);
  t.match(warnings[0], 'MAKIMA_PROT');
  t.end();
});

void t.test('the settings are frozen to the bottom', (t) => {
  const { config } = loadConfig(everything, { homedir: '/h' });
  for (const value of [config, config.agentEnv, config.allowedHosts, config.allowedOrigins, config.claudeArgs, config.claudePreArgs])
    t.ok(Object.isFrozen(value));
  const bare = loadConfig({}, { homedir: '/h' }).config;
  for (const value of Object.values(bare)) t.ok(Object.isFrozen(value));
  t.end();
});
