import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { findProgram } from '../../src/agents/find-program.ts';
import { missingTools } from '../../src/runs/start-notices.ts';
import { userEnvironment } from '../../src/runs/user-environment.ts';

/** The PATH that is made of this one, without the directories of the machine that the test runs on. */
const pathOf = (env: NodeJS.ProcessEnv, home = '/nowhere'): string[] => {
  const machine = userEnvironment({ PATH: '/x' }, '/opt/makima', '/nowhere').PATH.split(':').slice(1);
  return userEnvironment(env, '/opt/makima', home)
    .PATH.split(':')
    .filter((entry) => !machine.includes(entry));
};

void t.test('what npm put on the path goes, what the user has stays in its order', async (t) => {
  const npm =
    '/opt/makima/node_modules/.bin:/opt/node_modules/.bin:/node_modules/.bin:/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin';
  const user = '/home/u/bin:/usr/bin::/home/u/project/node_modules/.bin';
  t.same(pathOf({ PATH: `${npm}:${user}` }), user.split(':'));
  t.same(pathOf({ PATH: user }), user.split(':'));
});

void t.test(
  'the user’s own directories are added at the end, those that are there or an installer of an agent makes, and none twice',
  async (t) => {
    const home = t.testdir({
      '.local': { bin: {} },
      '.claude': { local: {} },
      bin: 'a file',
      '.npmrc': 'registry=https://r\nprefix = ${HOME}/.global\n',
      '.global': { bin: {} },
      '.nvm': { versions: { node: { 'v9.1.0': { bin: {} }, 'v22.1.0': { bin: {} } } } },
    });
    const added = [
      '.local/bin',
      '.claude/local',
      '.claude/local/node_modules/.bin',
      '.opencode/bin',
      '.global/bin',
      '.nvm/versions/node/v22.1.0/bin',
      '.nvm/versions/node/v9.1.0/bin',
    ].map((path) => join(home, path));
    t.same(pathOf({ PATH: '/usr/bin:/bin' }, home), ['/usr/bin', '/bin', ...added]);
    t.same(pathOf({ PATH: `${added[4] ?? ''}:/bin` }, home), [added[4], '/bin', ...added.filter((_, index) => index !== 4)]);
    t.same(pathOf({}, home).slice(0, 2), ['/usr/bin', '/bin'], 'without a PATH the system’s own');
    t.same(pathOf({ PATH: '' }, home).slice(0, 2), ['/usr/bin', '/bin']);
    t.same(pathOf({ PATH: '/bin' }, 'relative'), ['/bin'], 'nothing is looked for in the directory that the daemon is in');
  },
);

void t.test('what the user set stays, what git, npm, another agent or the daemon set goes', async (t) => {
  const kept = {
    HOME: '/h',
    CLAUDE_CONFIG_DIR: '/c',
    CLAUDE_CODE_USE_BEDROCK: '1',
    CLAUDE_CODE_MAX_RETRIES: '2',
    CLAUDE_CODE_OAUTH_TOKEN: 't',
    CLAUDE_CODE_EFFORT_LEVEL: 'high',
    CLAUDE_ENV_FILE: '/e',
    CODEX_HOME: '/codex',
    OPENAI_API_KEY: 'k',
    GEMINI_API_KEY: 'k',
    GEMINI_MODEL: 'm',
    OPENCODE_CONFIG: '/o',
    QWEN_HOME: '/q',
    GH_TOKEN: 't',
    GOOSE_PROVIDER: 'p',
    ANTHROPIC_API_KEY: 'k',
    ANTHROPIC_MODEL: 'm',
    npm_config_registry: 'https://r',
    GIT_SSH_COMMAND: 'ssh -v',
    GIT_AUTHOR_NAME: 'A',
    GIT_CONFIG_GLOBAL: '/g',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'a.b',
    GIT_CONFIG_VALUE_0: 'c',
  };
  const gone = {
    CLAUDECODE: '1',
    AI_AGENT: 'claude',
    CODEX_THREAD_ID: 't',
    CODEX_SANDBOX: 'seatbelt',
    GEMINI_CLI: '1',
    GEMINI_CLI_IDE_SERVER_PORT: '1',
    OPENCODE: '1',
    OPENCODE_PID: '1',
    QWEN_CODE: '1',
    COPILOT_CLI: '1',
    GOOSE_TERMINAL: '1',
    CLAUDE_CODE_SESSION_ID: 's',
    CLAUDE_CODE_ENTRYPOINT: 'cli',
    CLAUDE_PID: '1',
    CLAUDE_CODE_MESSAGING_TOKEN: 'secret',
    CLAUDE_BG_SOURCE: 'x',
    TRACEPARENT: '00-1-1-01',
    MAKIMA_HOME: '/m',
    MAKIMA_API_KEY: 'secret',
    npm_lifecycle_event: 'start',
    npm_package_json: '/m/package.json',
    npm_config_local_prefix: '/m',
    npm_config_loglevel: 'error',
    INIT_CWD: '/m',
    GIT_AUTHOR_DATE: '@1 +0000',
    GIT_QUARANTINE_PATH: '/q',
  };
  const { PATH, ...rest } = userEnvironment({ ...kept, ...gone, UNSET: undefined }, '/opt/makima', '/nowhere');
  t.ok(PATH);
  t.same(rest, kept);
});

void t.test('of what git says that belongs to one repository, only the user’s own configuration stays', async (t) => {
  const names = execFileSync('git', ['rev-parse', '--local-env-vars'], { encoding: 'utf8' }).trim().split('\n');
  t.ok(names.includes('GIT_DIR') && names.includes('GIT_INDEX_FILE'));
  const env = userEnvironment(Object.fromEntries(names.map((name) => [name, '1'])), '/opt/makima', '/nowhere');
  t.same(
    names.filter((name) => name in env),
    ['GIT_CONFIG_COUNT'],
  );
});

void t.test('a program that is missing is told with where it was looked for', async (t) => {
  const dir = t.testdir({ bin: { git: '' } });
  t.match(missingTools({ PATH: join(dir, 'bin') }), [
    /^git was not found \(looked in .*bin\), so no task/,
    /^bash/,
    /^curl .* orchestrators/,
  ]);
  t.equal(
    findProgram('git', { PATH: '/usr/bin:/bin' }) === null,
    missingTools({ PATH: '/usr/bin:/bin' }).some((each) => each.startsWith('git')),
  );
});
