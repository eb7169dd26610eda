import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Daemon } from '../claude/daemon.ts';
import { bash, plan, say, use } from '../claude/directives.ts';
import { makeUserRepository } from '../claude/user-repository.ts';

const tool = (name: string, input: Record<string, unknown> = {}, as?: string): string => use(`mcp__makima__${name}`, input, as);

/** An orchestrator of an agent makes a subtask, waits for it, merges it and is done, by makima's tools over MCP alone. */
export const leadsByTools = async (t: Test, daemon: Daemon, agent: string): Promise<void> => {
  const repositoryUrl = join(daemon.folder, 'project');
  await makeUserRepository(repositoryUrl);
  const part = plan(bash('echo part > part.txt'), say('written'));
  const taskId = '{{part.first-id}}';
  const { id } = await daemon.startTask({
    name: 'Leads by tools',
    agent,
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
  t.match(await daemon.subtasks(id), [{ name: 'Write a part', agent, status: 'done' }]);
  t.equal(await readFile(join(task.overlayPath ?? '', 'part.txt'), 'utf8'), 'part\n');
};
