import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import { startDaemon } from './daemon.ts';
import { bash, plan, say, use, write } from './directives.ts';
import { runProcesses } from './processes.ts';
import { startRendezvous } from './rendezvous.ts';
import { git, makeUserRepository } from './user-repository.ts';

const tool = (name: string, input: Record<string, unknown> = {}, as?: string): string => use(`mcp__makima__${name}`, input, as);
const called = ['create_task', 'wait_for_tasks', 'show_task', 'read_diff', 'preview_merge', 'start_merge', 'check_merge', 'finish_task'];

interface Block {
  type: string;
  name?: string;
  is_error?: boolean;
  content?: unknown;
}
/** What the agent's tools were and what came of them, in order. */
const blocks = (events: readonly TaskEvent[], type: 'tool_use' | 'tool_result'): Block[] =>
  events.flatMap((event) => {
    if (event.type !== 'output' || (event.jsonType !== 'assistant' && event.jsonType !== 'user')) return [];
    const { message }: { message: { content: Block[] | string } } = JSON.parse(event.content);
    return typeof message.content === 'string' ? [] : message.content.filter((block) => block.type === type);
  });

void t.test('an orchestrator that has makima’s tools over MCP alone, and a daemon that dies while it waits', async (t) => {
  const daemon = await startDaemon(t);
  const meeting = await startRendezvous(t);
  const repository = join(daemon.folder, 'project');
  await makeUserRepository(repository);
  // What the repository brings for its agents is there beside it, and is not taken for it.
  const theirs = (name: string) => ({ type: 'http', url: `http://127.0.0.1:9/${name}` });
  await writeFile(join(repository, '.mcp.json'), JSON.stringify({ mcpServers: { makima: theirs('makima'), other: theirs('other') } }));
  await git(repository, 'add', '.mcp.json');
  await git(repository, '-c', 'user.name=U', '-c', 'user.email=u@example.com', 'commit', '-qm', 'Tools of the project');

  const alpha = plan(write('alpha.txt', 'alpha\n'), bash('git add alpha.txt && git commit -q -m "Add alpha"'), say('alpha is committed'));
  const beta = plan(bash(meeting.gate('beta')), write('beta.txt', 'beta\n'), say('beta is not committed'));
  const both = { taskIds: ['{{alpha.first-id}}', '{{beta.first-id}}'], seconds: 300 };
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({
    name: 'Build both by tools',
    isOrchestrator: true,
    repositoryUrl: repository,
    plan: plan(
      use('ToolSearch', { query: `select:${called.map((name) => `mcp__makima__${name}`).join(',')}`, max_results: called.length }),
      tool('create_task', { name: 'Write alpha', plan: alpha, start: true, idempotencyKey: 'alpha' }, 'alpha'),
      tool('create_task', { name: 'Write beta', plan: beta, start: true, idempotencyKey: 'beta' }, 'beta'),
      tool('create_task', { name: 'Write beta', plan: beta, start: true, idempotencyKey: 'beta' }),
      tool('wait_for_tasks', both),
      bash(meeting.gate('back')),
      tool('wait_for_tasks', both),
      tool('show_task', { taskId: '{{alpha.first-id}}' }),
      tool('read_diff', { taskId: '{{beta.first-id}}' }),
      tool('preview_merge'),
      tool('start_merge', { subtaskId: '{{alpha.first-id}}' }),
      tool('start_merge', { subtaskId: '{{beta.first-id}}' }),
      tool('check_merge'),
      tool('finish_task', { progressSummary: 'both are in' }),
      say('all is in'),
    ),
  });
  const isBlocked = (event: TaskEvent): boolean => event.taskId === id && event.type === 'status' && event.to === 'blocked';
  await stream.until(isBlocked);
  await meeting.arrived('beta');
  await stream.close();
  await daemon.end('SIGKILL');
  await daemon.start();

  const again = await daemon.follow(t, '/events', stream.events.at(-1)?.id ?? 0);
  await meeting.arrived('back');
  meeting.open('back');
  await again.until((event) => blocks([event], 'tool_use').some(({ name }) => name === 'mcp__makima__wait_for_tasks'));
  meeting.open('beta');
  await again.end(id);

  const task = await daemon.task(id);
  t.match(task, { status: 'done', progressSummary: 'both are in', errorMessage: null });
  t.match(await daemon.subtasks(id), [
    { name: 'Write alpha', status: 'done', depth: 1, plan: alpha },
    { name: 'Write beta', status: 'done', depth: 1, plan: beta },
  ]);
  const worktree = task.overlayPath ?? '';
  t.equal(await readFile(join(worktree, 'alpha.txt'), 'utf8'), 'alpha\n');
  t.equal(await readFile(join(worktree, 'beta.txt'), 'utf8'), 'beta\n');

  const events = [...stream.events, ...again.events].filter((event) => event.taskId === id);
  const uses = blocks(events, 'tool_use').map(({ name }) => name ?? '');
  t.equal(uses.filter((name) => name.startsWith('mcp__makima__')).length, 12);
  const failed = blocks(events, 'tool_result').filter((block) => block.is_error === true);
  t.equal(failed.length, 1, `the one call during which the daemon died: ${JSON.stringify(failed)}`);
  const init = events.flatMap((event) =>
    event.type === 'output' && event.content.includes('"subtype":"init"') ? [JSON.parse(event.content)] : [],
  )[0];
  t.match(init?.mcp_servers, [
    { name: 'makima', status: 'connected' },
    { name: 'other', status: 'failed' },
  ]);
  t.same(await runProcesses(daemon.folder), [], 'no process is left');
});
