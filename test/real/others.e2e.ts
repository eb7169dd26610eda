/** qwen, copilot and goose, as far as they go without an account. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { bash, plan, say } from '../claude/directives.ts';
import { runProcesses } from '../claude/processes.ts';
import { commitsAsAgent } from '../support/agent-git.ts';
import { startRealDaemon } from './daemon.ts';
import { agentOrSkip, type NpmAgent } from './install-agent.ts';

t.setTimeout(600_000);

const qwen: NpmAgent = { name: 'qwen', version: '0.24.4', packageName: '@qwen-code/qwen-code', program: '.bin/qwen' };
const copilot: NpmAgent = { name: 'copilot', version: '1.0.102', packageName: '@github/copilot', program: '.bin/copilot' };

/** @param folder - gets everything that it writes */
const homeIn = async (folder: string, name: string): Promise<Record<string, string>> => {
  const home = join(folder, name);
  await mkdir(home, { recursive: true });
  return { HOME: home, ...commitsAsAgent };
};

const qwenEnv = async (folder: string, apiUrl: string): Promise<Record<string, string>> => {
  const env = await homeIn(folder, 'qwen-home');
  await mkdir(join(folder, 'qwen-home/.qwen'), { recursive: true });
  await writeFile(join(folder, 'qwen-home/.qwen/settings.json'), '{"security":{"auth":{"selectedType":"openai"}}}');
  return { ...env, OPENAI_API_KEY: 'dummy', OPENAI_BASE_URL: `${apiUrl}/v1`, OPENAI_MODEL: 'scripted' };
};

const installed = { qwen: await agentOrSkip(qwen), copilot: await agentOrSkip(copilot) };

void t.test('qwen writes a file, and goes on with its session after its end and after a stop', { skip: installed.qwen.skip }, async (t) => {
  const daemon = await startRealDaemon(t, [{ name: 'qwen', program: installed.qwen.program, env: qwenEnv }]);
  const { id } = await daemon.startTask({
    name: 'Writes',
    agent: 'qwen',
    plan: plan(bash('echo one > one.txt; echo two > two.txt'), say('All written.')),
  });
  const ended = async () => {
    await daemon.must(200, 'GET', `/tasks/${id}/wait?until=end&timeout=240`);
    return daemon.task(id);
  };
  const first = await ended();
  t.match(first, { status: 'done', errorMessage: null, sessionId: /./ }, await daemon.text(`/tasks/${id}/output`));
  t.match(await daemon.text(`/tasks/${id}/output`), /All written\./);
  const message = plan(bash('cat one.txt two.txt > both.txt'), say('The second end.'));
  await daemon.must(202, 'POST', `/tasks/${id}/messages`, { message, resume: true });
  const second = await ended();
  t.match(second, { status: 'done', sessionId: first.sessionId }, await daemon.text(`/tasks/${id}/output`));
  t.equal(await readFile(join(second.overlayPath ?? '', 'both.txt'), 'utf8'), 'one\ntwo\n');

  const stream = await daemon.follow(t, '/events');
  await daemon.must(202, 'POST', `/tasks/${id}/messages`, { message: bash('echo there; sleep 600'), resume: true });
  await stream.until((event) => event.type === 'output' && event.stream === 'stdout' && event.content.includes('sleep 600'));
  await daemon.must(202, 'POST', `/tasks/${id}/stop`, {});
  t.match(await ended(), { status: 'interrupted', sessionId: first.sessionId });
  await daemon.must(202, 'POST', `/tasks/${id}/start`, { resume: true, message: say('It goes on.') });
  t.match(await ended(), { status: 'done', sessionId: first.sessionId });
  t.same(await runProcesses(daemon.folder), [], 'no process is left');
});

void t.test('copilot says that it is not signed in', { skip: installed.copilot.skip }, async (t) => {
  const env = (folder: string) => homeIn(folder, 'copilot-home');
  const daemon = await startRealDaemon(t, [{ name: 'copilot', program: installed.copilot.program, env }]);
  const { id } = await daemon.startTask({ name: 'Cannot', agent: 'copilot', plan: 'Write a file' });
  await daemon.must(200, 'GET', `/tasks/${id}/wait?until=end&timeout=240`);
  t.match(await daemon.task(id), { status: 'failed', errorMessage: /not signed in: .*Authentication required/i });
  t.same(await runProcesses(daemon.folder), [], 'no process is left');
});

void t.test('goose', { skip: 'its program is not in the registry of npm, only among the releases of its repository' }, (t) => t.end());
