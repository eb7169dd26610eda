/** A daemon that was started from an agent's command, hook or MCP server hands nothing of that agent to its own. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { userEnvironment } from '../../src/runs/user-environment.ts';
import { startModelApi } from '../fixtures/model-api/server.ts';
import { isResult, startBareClaude } from './bare-claude.ts';
import { bash, plan, say, shellQuoted } from './directives.ts';
import { installClaude } from './install-claude.ts';
import { claudeEnv, isolatedFolder } from './isolated.ts';

const binary = await installClaude();

/** What stays: the shell's own, and what claude sets to the same for whatever it starts, and which says nothing of a session. The test runner's are its own. */
const harmless = [
  'COREPACK_ENABLE_AUTO_PIN',
  'GIT_EDITOR',
  'LOGNAME', // zsh, with which claude runs commands where it is installed
  'NoDefaultCurrentDirectoryInExePath',
  'OLDPWD',
  'PATH',
  'PWD',
  'SHELL',
  'SHLVL',
  '_',
];

/** The environment as `env -0` printed it. */
const readEnv = async (path: string): Promise<Record<string, string>> => {
  const entries = (await readFile(path, 'utf8')).split('\0').filter((entry) => entry !== '');
  return Object.fromEntries(entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]));
};

const dump = (path: string): string => `env -0 > ${shellQuoted(path)}`;

/** What a claude gives to a command, to one in the background, to a claude of a command's, to hooks and to an MCP server. */
const environmentsOf = async (
  t: Test,
): Promise<{ before: Record<string, string>; of: (who: string) => Promise<Record<string, string>> }> => {
  const api = await startModelApi();
  t.teardown(() => api.close());
  const folder = await isolatedFolder(t);
  const cwd = join(folder, 'project');
  const at = (who: string): string => join(folder, `${who}.env`);
  await mkdir(join(cwd, '.claude'), { recursive: true });
  const hook = (who: string) => [{ hooks: [{ type: 'command', command: dump(at(who)) }] }];
  await writeFile(
    join(cwd, '.claude/settings.json'),
    JSON.stringify({ hooks: { SessionStart: hook('start-hook'), Stop: hook('stop-hook') } }),
  );
  await writeFile(
    join(cwd, '.mcp.json'),
    JSON.stringify({ mcpServers: { dumps: { command: 'sh', args: ['-c', `${dump(at('mcp-server'))}; cat > /dev/null`] } } }),
  );
  const inner = { type: 'user', message: { role: 'user', content: plan(bash(dump(at('nested'))), say('inner')) } };
  await writeFile(join(folder, 'inner.json'), `${JSON.stringify(inner)}\n`);
  const nested = `${shellQuoted(binary)} --output-format stream-json --input-format stream-json --verbose --dangerously-skip-permissions -p < ${shellQuoted(join(folder, 'inner.json'))}`;
  const env = await claudeEnv(folder, api.url);
  const claude = startBareClaude(t, binary, cwd, env);
  claude.send(
    plan(bash(dump(at('command'))), bash(dump(at('background')), { background: true }), bash(nested), say('first'), say('second')),
  );
  await claude.until(isResult);
  await claude.finish();
  return { before: env, of: (who) => readEnv(at(who)) };
};

void t.test('the list of what claude sets for its children is whole, and no setting of the user’s is on it', async (t) => {
  const { before, of } = await environmentsOf(t);
  for (const who of ['command', 'background', 'nested', 'start-hook', 'stop-hook', 'mcp-server']) {
    const env = await of(who);
    t.match(env, { CLAUDECODE: '1' }, `${who} was started by claude`);
    const left = userEnvironment(env, '/makima', before['HOME'] ?? '');
    const added = Object.keys(left).filter(
      (name) =>
        !(name in before) &&
        !harmless.includes(name) &&
        !name.startsWith('_TAPJS_') &&
        !(who === 'start-hook' && name === 'CLAUDE_ENV_FILE'),
    );
    t.same(added, [], `nothing of claude's own is handed on by what ${who} starts`);
    for (const [name, value] of Object.entries(before)) if (name !== 'PATH') t.equal(left[name], value, name);
  }
});
