/** The real codex: what a task asks of it, from its start to its end. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { bash, plan, say } from '../claude/directives.ts';
import { codex, codexEnv } from './codex.ts';
import { startRealDaemon } from './daemon.ts';
import { agentOrSkip } from './install-agent.ts';

t.setTimeout(600_000);
const { program, skip } = await agentOrSkip(codex);
const agent = { name: 'codex', program, env: codexEnv };

void t.test('a task that writes a file', { skip }, async (t) => {
  const daemon = await startRealDaemon(t, [agent]);
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({ name: 'Writes', agent: 'codex', plan: plan(bash('echo one > one.txt'), say('All written.')) });
  await stream.end(id);
  const task = await daemon.task(id);
  t.match(task, { status: 'done', errorMessage: null });
  t.equal(await readFile(join(task.overlayPath ?? '', 'one.txt'), 'utf8'), 'one\n');
});
