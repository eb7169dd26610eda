/** Orchestrators of real agents that work one turn a process, which lead by makima's tools over MCP. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { bash, plan, say, use } from '../claude/directives.ts';
import { makeUserRepository } from '../claude/user-repository.ts';
import { codex, codexEnv } from './codex.ts';
import { startRealDaemon, type RealAgent } from './daemon.ts';
import { gemini, geminiEnv } from './gemini.ts';
import { agentOrSkip, type NpmAgent } from './install-agent.ts';
import { opencode, opencodeEnv } from './opencode.ts';

t.setTimeout(1_200_000);

const tool = (name: string, input: Record<string, unknown> = {}, as?: string): string => use(`mcp__makima__${name}`, input, as);

const leads = async (protocol: string, agent: NpmAgent, env: RealAgent['env'], whyNot: string | false = false): Promise<void> => {
  const { program, skip } = await agentOrSkip(agent);
  await t.test(
    `${agent.name} by ${protocol}: makes a subtask, waits, merges, is done`,
    { skip: whyNot || skip, timeout: 600_000 },
    async (t) => {
      const daemon = await startRealDaemon(t, [{ name: agent.name, program, env, protocol }]);
      const repositoryUrl = join(daemon.folder, 'project');
      await makeUserRepository(repositoryUrl);
      const part = plan(bash('echo part > part.txt'), say('written'));
      const taskId = '{{part.first-id}}';
      const { id } = await daemon.startTask({
        name: 'Leads by tools',
        agent: agent.name,
        isOrchestrator: true,
        repositoryUrl,
        plan: plan(
          tool('create_task', { name: 'Write a part', plan: part, start: true, idempotencyKey: 'part' }, 'part'),
          tool('wait_for_tasks', { taskIds: [taskId], seconds: 200 }),
          tool('start_merge', { subtaskId: taskId }),
          tool('finish_task', { progressSummary: 'The part is in.' }),
          say('all is in'),
        ),
      });
      await daemon.must(200, 'GET', `/tasks/${id}/wait?until=end&timeout=240`);
      const task = await daemon.task(id);
      const output = await daemon.text(`/tasks/${id}/output`);
      t.match(task, { status: 'done', progressSummary: 'The part is in.', errorMessage: null }, output);
      t.match(await daemon.subtasks(id), [{ name: 'Write a part', agent: agent.name, status: 'done' }]);
      t.equal(await readFile(join(task.overlayPath ?? '', 'part.txt'), 'utf8'), 'part\n');
    },
  );
};

await leads('codex-exec', codex, codexEnv);
await leads('opencode-json', opencode, opencodeEnv);
// gemini takes the file of settings that a run has for it from root alone, and out of no folder that others can write to, as that for temporary files is.
const isRoot = process.getuid?.() === 0;
if (isRoot) {
  const { TMPDIR: usual } = process.env;
  const own = await mkdtemp(join(homedir(), '.makima-'));
  process.env['TMPDIR'] = own;
  t.teardown(async () => {
    if (usual === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual;
    await rm(own, { recursive: true, force: true, maxRetries: 5 });
  });
}
await leads('gemini-stream-json', gemini, geminiEnv, isRoot ? false : 'gemini takes a file of settings of its machine from root alone');
