/** The WebSocket of a real daemon, with scripted agents and real git: the same as by the routes. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { git, scratch, startDaemon, userRepository, type TestDaemon } from '../support/daemon.ts';
import { connect, type Client } from './client.ts';

const settings = { MAKIMA_MAX_CONCURRENT_TASKS: '10' };
const tuning = { interruptGraceMs: 2000, exitGraceMs: 500, backgroundWaitMs: 500 };

const open = (t: Parameters<typeof connect>[0], daemon: TestDaemon, query = '', key?: string): Promise<Client> =>
  connect(t, daemon.app.url, {
    query,
    headers: key === undefined ? { authorization: `Bearer ${daemon.token}` } : { 'x-makima-tool-key': key },
  });

/** Spawns a task. @returns its id */
const spawn = async (client: Client, task: Record<string, unknown>): Promise<string> => {
  const answer = await client.ask({ type: 'spawnTask', plan: 'do it', ...task });
  if (answer.type !== 'taskResult') throw new Error(JSON.stringify(answer));
  return answer.taskId;
};

const ended = (client: Client, taskId: string) => client.next('taskComplete', (message) => message.taskId === taskId);
const works = (client: Client, taskId: string) =>
  client.next('taskOutput', (message) => message.taskId === taskId && message.content.includes('Working until'));

void t.test('a tree from its spawning to the pull into the repository', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', settings, tuning);
  const client = await open(t, daemon);
  const repository = userRepository(t, { shared: 'base\n' });
  const parent = await spawn(client, { name: 'forever', isOrchestrator: true, repositoryUrl: repository });
  await works(client, parent);
  t.match(await client.next('registerToolKey'), { taskId: parent, action: 'created' });

  t.match(await client.ask({ type: 'pauseTask', taskId: parent }), { type: 'taskResult', task: { id: parent, status: 'paused' } });
  t.match(await client.next('taskStatusChange', ({ to }) => to === 'paused'), { taskId: parent, from: 'running' });
  t.match(await client.ask({ type: 'pauseTask', taskId: parent }), { type: 'error', code: 'TASK_NOT_RUNNING', statusCode: 409 });
  t.match(await client.ask({ type: 'resumeTask', taskId: parent }), { type: 'taskResult', task: { status: 'running' } });

  const subtask = async (plan: string): Promise<string> => {
    const id = await spawn(client, { name: 'runs-plan', plan: `RUN: ${plan}`, parentTaskId: parent });
    t.match(await ended(client, id), { status: 'done' });
    return id;
  };
  const [left, right, third, unused] = [
    await subtask('echo left > shared'),
    await subtask('echo right > shared'),
    await subtask('echo third > shared'),
    await subtask('echo unused > unused'),
  ];
  const branches = await client.ask({ type: 'listBranches', taskId: parent });
  t.match(branches, { type: 'branchList', branches: [left, right, third, unused].map((taskId) => ({ taskId, isMerged: false })) });

  t.match(await client.ask({ type: 'mergeStart', taskId: parent, subtaskId: left }), {
    type: 'mergeResult',
    success: true,
    commitSha: /^[0-9a-f]{40}/,
  });
  const conflict = await client.ask({ type: 'mergeStart', taskId: parent, subtaskId: right });
  t.match(conflict, {
    type: 'error',
    code: 'MERGE_CONFLICT',
    statusCode: 409,
    success: false,
    conflicts: [{ file: 'shared', kind: 'both-modified' }],
  });
  const status = await client.ask({ type: 'mergeStatus', taskId: parent });
  const { body } = await daemon.call<Record<string, unknown>>('GET', `/tasks/${parent}/merge`);
  t.match(status, { type: 'mergeStatusResponse', inProgress: true, conflictedFiles: ['shared'] });
  t.match(status, body, 'as the route has it');
  t.match(await client.ask({ type: 'mergeCommit', taskId: parent }), { type: 'error', code: 'CONFLICTS_LEFT' });
  t.match(await client.ask({ type: 'mergeResolve', taskId: parent, file: 'shared', strategy: 'theirs' }), {
    type: 'mergeStatusResponse',
    conflictedFiles: [],
  });
  t.match(await client.ask({ type: 'mergeCommit', taskId: parent, message: 'both' }), { type: 'mergeResult', success: true });
  t.match(await client.ask({ type: 'mergeStart', taskId: parent, subtaskId: third }), { type: 'error', code: 'MERGE_CONFLICT' });
  t.match(await client.ask({ type: 'mergeAbort', taskId: parent }), { type: 'mergeResult', success: true, message: /undone/ });
  t.match(await client.ask({ type: 'checkMergeComplete', taskId: parent }), {
    type: 'mergeCompleteCheck',
    canComplete: false,
    mergedCount: 2,
    unmerged: [{ taskId: third }, { taskId: unused }],
  });
  t.match(await client.ask({ type: 'mergeStart', taskId: parent }), {
    type: 'error',
    code: 'VALIDATION_FAILED',
    message: /sourceBranch or subtaskId/,
  });
  t.match(await client.ask({ type: 'mergeSkip', taskId: parent, subtaskId: third, reason: 'not needed' }), {
    type: 'mergeResult',
    success: true,
  });

  const targetDir = join(scratch(t), 'copy');
  t.match(await client.ask({ type: 'checkTargetExists', targetDir }), { type: 'checkTargetExistsResult', exists: false, targetDir });
  t.match(await client.ask({ type: 'cloneWorktree', taskId: parent, targetDir }), { type: 'cloneWorktreeResult', success: true });
  t.equal(readFileSync(join(targetDir, 'shared'), 'utf8'), 'right\n');
  t.match(await client.ask({ type: 'checkTargetExists', targetDir }), { exists: true });

  t.match(await client.ask({ type: 'interruptTask', taskId: parent }), { type: 'taskResult', taskId: parent, wasTerminal: false });
  t.match(await ended(client, parent), { status: 'interrupted' });
  t.match(await client.ask({ type: 'interruptTask', taskId: parent }), { wasTerminal: true, task: { status: 'interrupted' } });
  const completed = await client.ask({ type: 'retryCompletionAction', taskId: parent, action: 'branch', targetRepoPath: repository });
  t.match(completed, { type: 'completionActionResult', success: true, branch: /^makima\// });
  t.equal(git(repository, 'show', `${completed.type === 'completionActionResult' ? String(completed.branch) : ''}:shared`), 'right');

  const { ids, types } = client.frames.reduce<{ ids: number[]; types: Set<string> }>(
    (seen, frame) => {
      seen.types.add(frame.type);
      if ('eventId' in frame) seen.ids.push(frame.id);
      return seen;
    },
    { ids: [], types: new Set() },
  );
  t.strictSame(
    ids,
    [...new Set(ids)].sort((a, b) => a - b),
    'events came in their order',
  );
  t.ok(types.size >= 13);
});

void t.test('messages reach the agent in their order, and a sibling is told of', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', settings, tuning);
  const client = await open(t, daemon);
  const parent = await spawn(client, { name: 'forever', isOrchestrator: true });
  const [talker, sibling] = [
    await spawn(client, { name: 'forever', parentTaskId: parent }),
    await spawn(client, { name: 'runs-plan', plan: 'RUN: echo a > a', parentTaskId: parent }),
  ];
  await ended(client, sibling);
  await works(client, talker);
  for (let n = 0; n < 10; n += 1) client.send({ type: 'sendMessage', taskId: talker, message: `number ${n}`, requestId: n });
  for (let n = 0; n < 10; n += 1) t.type((await client.next('messageResult', ({ requestId }) => requestId === n)).delivered, 'boolean');
  t.match(await client.ask({ type: 'injectSiblingContext', taskId: talker, siblingTaskId: sibling, summary: 'It wrote a' }), {
    type: 'messageResult',
  });
  const input = ({ taskId, stream, content }: { taskId: string; stream: string; content: string }, text: string): boolean =>
    taskId === talker && stream === 'stdin' && content.includes(text);
  await client.next('taskOutput', (message) => input(message, 'It wrote a'));
  const said = client.frames.flatMap((frame) =>
    frame.type === 'taskOutput' && input(frame, 'number ') ? (/number (\d)/.exec(frame.content)?.[1] ?? []) : [],
  );
  t.strictSame(
    said,
    Array.from({ length: 10 }, (_, n) => String(n)),
  );
});

void t.test('a tool key opens its own tree, and hears of that alone', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', settings, tuning);
  const owner = await open(t, daemon);
  const parent = await spawn(owner, { name: 'forever', isOrchestrator: true });
  const stranger = await spawn(owner, { name: 'forever' });
  await works(owner, parent);
  const { body: made } = await daemon.call<{ id: string; key: string }>('POST', `/tasks/${parent}/tool-keys`, {});
  const keyed = await open(t, daemon, '', made.key);
  t.match(await keyed.next('authenticated'), { caller: { kind: 'tool-key', taskId: parent } });
  const child = await spawn(keyed, { name: 'says-a-line', parentTaskId: parent });
  await ended(keyed, child);
  t.match(await keyed.ask({ type: 'spawnTask', name: 'A', plan: 'B' }), { type: 'error', code: 'FORBIDDEN', statusCode: 403 });
  t.match(await keyed.ask({ type: 'interruptTask', taskId: stranger }), { type: 'error', code: 'FORBIDDEN' });
  t.match(await keyed.ask({ type: 'checkTargetExists', targetDir: '/' }), { type: 'error', code: 'FORBIDDEN' });
  t.match(await keyed.ask({ type: 'retryCompletionAction', taskId: parent, action: 'branch' }), { type: 'error', code: 'FORBIDDEN' });
  await owner.ask({ type: 'interruptTask', taskId: stranger });
  await ended(owner, stranger);
  t.notOk(JSON.stringify(keyed.frames.filter(({ type }) => type !== 'error')).includes(stranger), 'nothing of another tree');

  const named = await open(t, daemon, `?taskId=${child.toUpperCase()}&after=0&types=end`);
  t.match(await named.next('taskComplete'), { taskId: child });
  t.strictSame(
    named.frames.map(({ type }) => type),
    ['authenticated', 'taskComplete'],
  );
  const forbidden = await open(t, daemon, `?taskId=${stranger}`, made.key);
  t.match(await forbidden.next('error'), { code: 'FORBIDDEN' });
  t.match(await forbidden.closed, { code: 4403 });
  const missing = await open(t, daemon, '?taskId=8f2b8a52-6d0e-4c57-9d5e-0c2a1b7f4e22');
  t.match(await missing.closed, { code: 4404, reason: 'TASK_NOT_FOUND' });
  const beyond = await open(t, daemon, '?after=999999999999');
  t.match(await beyond.closed, { code: 4410, reason: 'EVENTS_GONE' });

  t.equal((await daemon.call('DELETE', `/tasks/${parent}/tool-keys/${made.id}`)).status, 204);
  t.match(await keyed.next('registerToolKey', ({ action }) => action === 'revoked'), { keyId: made.id });
  t.match(await keyed.ask({ type: 'interruptTask', taskId: child }), { type: 'error', code: 'UNAUTHENTICATED', statusCode: 401 });
  t.match(await keyed.closed, { code: 4401 });

  await daemon.close({ stopAgents: true });
  t.match(await owner.closed, { code: 1001 });
  t.notOk(existsSync(join(daemon.home, 'makima.sock')));
});
