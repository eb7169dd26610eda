/** The native ways of real agents that another way is the usual one of: one turn a process. That of gemini is in the suite of all drivers. */
import { join } from 'node:path';
import t from 'tap';
import { driverSuite } from '../agents/suite/suite.ts';
import { bash, plan, say, shellQuoted } from '../claude/directives.ts';
import { oneTurnUnderTest } from './by-protocol.ts';
import { codex, codexUnderTest } from './codex.ts';
import { startRealDaemon } from './daemon.ts';
import { agentOrSkip } from './install-agent.ts';
import { opencode, opencodeEnv } from './opencode.ts';

// Each of its tests has a bound of its own.
t.setTimeout(1_200_000);

const exec = await agentOrSkip(codex);
void t.test('codex exec', { skip: exec.skip, timeout: 1_200_000 }, (t) => {
  driverSuite(t, [oneTurnUnderTest(codexUnderTest(exec.program), 'codex-exec')]);
  t.end();
});

const run = await agentOrSkip(opencode);
void t.test('opencode run: a subtask, a rest, a stop, and a session that goes on', { skip: run.skip, timeout: 1_200_000 }, async (t) => {
  const daemon = await startRealDaemon(t, [{ name: 'opencode', program: run.program, env: opencodeEnv, protocol: 'opencode-json' }]);
  const stream = await daemon.follow(t, '/events');
  const gate = shellQuoted(join(daemon.folder, 'gate'));
  const { id } = await daemon.startTask({
    name: 'Leads',
    agent: 'opencode',
    isOrchestrator: true,
    plan: plan(
      `DO: ${JSON.stringify({ tool: 'makima_list_tasks', input: {} })}`,
      bash(`.makima/orchestrate.sh create part ${shellQuoted(bash('echo made > made.txt'))} --start`),
      say('It rests.'),
      bash('.makima/orchestrate.sh merge $(.makima/orchestrate.sh list | cut -f1); .makima/orchestrate.sh done "all in"'),
      say('It is through.'),
    ),
  });
  await stream.end(id);
  const lead = await daemon.task(id);
  t.match(lead, { status: 'done', progressSummary: 'all in', usage: { turns: 2 } }, lead.errorMessage ?? '');
  t.ok((lead.usage?.costUsd ?? 0) > 0 && (lead.usage?.inputTokens ?? 0) > 0);
  t.match(await daemon.text(`/tasks/${id}/output`), /makima_list_tasks\n {2}⎿ There are none/, 'it has the tools of makima');

  const second = await daemon.startTask({
    name: 'Stopped',
    agent: 'opencode',
    plan: plan(bash(`until [ -e ${gate} ]; do sleep 0.1; done`)),
  });
  await stream.until((event) => event.taskId === second.id && event.type === 'output' && event.stream === 'stdout');
  await daemon.must(202, 'POST', `/tasks/${second.id}/stop`);
  await stream.end(second.id);
  t.match(await daemon.task(second.id), { status: 'interrupted', sessionId: /^ses_/ });
  await daemon.must(202, 'POST', `/tasks/${second.id}/messages`, { message: say('It goes on.'), resume: true });
  await stream.until((event) => event.taskId === second.id && event.type === 'end' && event.status === 'done');
  t.match(await daemon.text(`/tasks/${second.id}/output`), /It goes on\./);
});
