/** Makima's tools in a person's own agents: each real client says itself that it reaches them, over the command and over HTTP. */
import { execa } from 'execa';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { installClaude } from '../claude/install-claude.ts';
import { isolatedFolder } from '../claude/isolated.ts';
import { commandLine } from '../clients/cli/run-command.ts';
import { shellQuoted } from '../claude/directives.ts';
import { spawnDaemon } from '../support/daemon-process.ts';
import { agentOrSkip, type NpmAgent } from './install-agent.ts';

t.setTimeout(900_000);

const inspector: NpmAgent = {
  name: 'inspector',
  version: '2.12.0',
  packageName: '@modelcontextprotocol/inspector',
  program: '.bin/mcp-inspector',
};
const gemini: NpmAgent = { name: 'gemini', version: '0.61.0', packageName: '@google/gemini-cli', program: '.bin/gemini' };
const opencode: NpmAgent = {
  name: 'opencode',
  version: '1.18.33',
  packageName: 'opencode-ai',
  program: `opencode-${process.platform}-${process.arch}/bin/opencode`,
};

const folder = await isolatedFolder(t);
const userHome = join(folder, 'user');
// Where it is as a rule: clients hand few variables of their environment on to programs that they start.
const home = join(userHome, '.makima');
const makima = join(folder, 'bin', 'makima');
const project = join(folder, 'project');
await Promise.all([home, project, join(folder, 'bin')].map((each) => mkdir(each, { recursive: true })));
await writeFile(makima, `#!/bin/sh\nexec ${commandLine.map(shellQuoted).join(' ')} "$@"\n`);
await chmod(makima, 0o755);
const daemon = await spawnDaemon(t, home, 'forever');
const authorization = `Authorization: Bearer ${(await readFile(join(home, 'token'), 'utf8')).trim()}`;
const address = `${daemon.url}/mcp`;
const env = {
  PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
  HOME: userHome,
  TMPDIR: folder,
  GEMINI_CLI_TRUST_WORKSPACE: 'true',
  OPENCODE_DISABLE_MODELS_FETCH: '1',
  DISABLE_AUTOUPDATER: '1',
  NO_COLOR: '1',
};

/** What a client prints, of which nothing is left running. */
const says = async (program: string, ...args: string[]): Promise<string> =>
  (await execa(program, args, { cwd: project, env, extendEnv: false, stdin: 'ignore', all: true, timeout: 300_000 })).all;

void t.test('claude', async (t) => {
  const claude = await installClaude();
  await says(claude, 'mcp', 'add', 'makima', '--', 'makima', 'mcp');
  await says(claude, 'mcp', 'add', '--transport', 'http', 'over-http', address, '--header', authorization);
  const listed = await says(claude, 'mcp', 'list');
  t.match(listed, /^makima: .*Connected$/m);
  t.match(listed, /^over-http: .*Connected$/m);
});

const geminiThere = await agentOrSkip(gemini);
void t.test('gemini', { skip: geminiThere.skip }, async (t) => {
  const { program } = geminiThere;
  await says(program, 'mcp', 'add', '--scope', 'user', 'makima', 'makima', 'mcp');
  await says(program, 'mcp', 'add', '--scope', 'user', '--transport', 'http', 'over-http', address, '--header', authorization);
  const listed = await says(program, 'mcp', 'list');
  t.match(listed, /makima: makima mcp \(stdio\) - Connected$/m);
  t.match(listed, /over-http: .* \(http\) - Connected$/m);
});

const opencodeThere = await agentOrSkip(opencode);
void t.test('opencode', { skip: opencodeThere.skip }, async (t) => {
  const [name = '', value = ''] = authorization.split(': ');
  const servers = {
    makima: { type: 'local', command: ['makima', 'mcp'] },
    'over-http': { type: 'remote', url: address, headers: { [name]: value } },
  };
  await writeFile(join(project, 'opencode.json'), JSON.stringify({ mcp: servers }));
  const listed = await says(opencodeThere.program, 'mcp', 'list');
  for (const server of Object.keys(servers)) t.match(listed, new RegExp(`✓ ${server} .*connected`));
});

const inspectorThere = await agentOrSkip(inspector);
void t.test('the inspector of the protocol', { skip: inspectorThere.skip }, async (t) => {
  const inspect = (...args: string[]): Promise<string> => says(inspectorThere.program, '--cli', ...args);
  for (const server of [
    ['makima', 'mcp'],
    [address, '--transport', 'http', '--header', authorization],
  ]) {
    t.match(await inspect(...server, '--method', 'tools/list'), '"name": "wait_for_tasks"');
    const called = ['--method', 'tools/call', '--tool-name', 'create_task', '--tool-arg', 'name=Hello', 'plan=Write it'];
    t.match(JSON.parse(await inspect(...server, ...called)), { structuredContent: { task: { name: 'Hello', status: 'pending' } } });
  }
});
