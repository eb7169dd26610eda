import t from 'tap';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { readHomeEvidence } from '../../src/store/home-evidence.ts';
import { openStore } from '../../src/store/open-store.ts';
import { sampleRun, sampleWebhook } from './samples.ts';
import { noon, sampleTask } from '../support/sample-task.ts';

/** Of each table what holds a path of the home, or JSON with one. */
const withPaths: Readonly<Record<string, string[]>> = {
  tasks: ['overlayPath', 'repositoryUrl', 'targetRepoPath'],
  runs: ['directory'],
  worktrees: ['record', 'repositoryDir'],
  open_merges: ['record'],
};
/** What holds none. A new column has to go into one of the two, and into src/store/relocate.ts if it is the other. */
const withoutPaths: Readonly<Record<string, string[]>> = {
  tasks: [
    'seq',
    'id',
    'name',
    'plan',
    'status',
    'isOrchestrator',
    'model',
    'parentTaskId',
    'depth',
    'agent',
    'baseBranch',
    'targetBranch',
    'completionAction',
    'continueFromTaskId',
    'copyFiles',
    'dependsOn',
    'priority',
    'branch',
    'continuesBranch',
    'baseCommit',
    'sessionId',
    'progressSummary',
    'effort',
    'waitsFor',
    'budget',
    'errorMessage',
    'warnings',
    'exitCode',
    'usage',
    'completion',
    'createdAt',
    'updatedAt',
    'resumeNext',
    'queuedAt',
    'startedAt',
    'completedAt',
    'runningMs',
    'runningSince',
    'deletedUsage',
    'budgetMarks',
    'idempotencyScope',
    'idempotencyKey',
    'requestHash',
  ],
  runs: [
    'seq',
    'runId',
    'taskId',
    'number',
    'handle',
    'state',
    'baseUsage',
    'createdAt',
    'endedAt',
    'stopRequested',
    'finishRequested',
    'endedByDaemon',
    'exitCode',
    'toldAfter',
    'askedAfter',
    'keepSubtasks',
    'ports',
    'resume',
    'actsUnasked',
    'usage',
    'baseRunningMs',
    'stopReason',
  ],
  worktrees: ['seq', 'taskId', 'createdAt', 'awaySince', 'isExpired'],
  tool_keys: ['seq', 'id', 'taskId', 'keyHash', 'label', 'createdAt', 'expiresAt', 'runId'],
  integrations: ['seq', 'subtaskId', 'taskId', 'state', 'commitSha', 'sourceCommit', 'sourceTree', 'reason', 'at'],
  open_merges: ['seq', 'taskId', 'subtaskId', 'sourceBranch', 'phase', 'startedAt'],
  messages: ['seq', 'id', 'taskId', 'kind', 'text', 'state', 'runId', 'createdAt'],
  // What an agent asked is answered as it was asked, also where its worktree has moved since.
  approvals: [
    'seq',
    'id',
    'taskId',
    'runId',
    'requestId',
    'kind',
    'tool',
    'input',
    'questions',
    'suggestions',
    'status',
    'message',
    'answers',
    'updatedInput',
    'remember',
    'createdAt',
    'decidedAt',
    'decidedBy',
  ],
  approval_rules: ['seq', 'taskId', 'scope', 'decision', 'tool', 'rule', 'input', 'message', 'createdAt'],
  inbox: ['seq', 'taskId', 'subtaskId', 'kind', 'about'],
  webhooks: [
    'seq',
    'id',
    'url',
    'types',
    'taskId',
    'secret',
    'since',
    'createdAt',
    'lastDeliveredAt',
    'lastError',
    'lastErrorAt',
    'disabledAt',
    'reason',
  ],
  deliveries: ['seq', 'webhookId', 'messageId', 'eventId', 'taskId', 'body', 'tries', 'failingSince', 'nextAt'],
  outbox: ['seq', 'taskId', 'at', 'payload'],
  meta: ['key', 'value'],
};

void t.test('every column is known to hold paths or none', async (t) => {
  const file = join(t.testdir({}), 'state.sqlite');
  await (await openStore(file)).close();
  const database = new DatabaseSync(file);
  t.teardown(() => database.close());
  const tables = database
    .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like 'kysely_%'")
    .all()
    .map(({ name }) => String(name));
  for (const table of tables) {
    const columns = database
      .prepare(`select name from pragma_table_info('${table}')`)
      .all()
      .map(({ name }) => String(name));
    t.strictSame(columns.sort(), [...(withPaths[table] ?? []), ...(withoutPaths[table] ?? [])].sort(), table);
  }
});

void t.test('every path in the store is one of the new place, and the state file tells where the home stood', async (t) => {
  const file = join(t.testdir({}), 'state.sqlite');
  const store = await openStore(file);
  t.teardown(() => store.close());
  const { task } = await store.createTask(
    sampleTask({
      plan: '/old/notes',
      overlayPath: '/old/worktrees/x',
      repositoryUrl: '/old/worktrees/y',
      targetRepoPath: '/user/repository',
    }),
  );
  const run = await store.createRun(task.id, sampleRun({ runId: 'r', directory: '/old/runs/r' }));
  await store.saveWorktree({
    taskId: task.id,
    record: { path: '/old/worktrees/x', gitDir: '/old/repositories/r.git', sourcePath: null },
    repositoryDir: '/old/repositories/r.git',
    createdAt: noon,
  });
  await store.beginMerge({
    taskId: task.id,
    subtaskId: 's',
    sourceBranch: 'b',
    phase: 'open',
    record: { files: [{ path: '/old/x' }] },
    startedAt: noon,
  });
  await store.setMeta('daemonId', 'it');
  t.strictSame(readHomeEvidence(file), { daemonId: 'it', paths: ['/old/repositories/r.git', '/old/runs/r'] });
  await store.insertWebhook(sampleWebhook, { most: 1, lookFrom: '1-x' });
  await store.queueDeliveries([{ webhookId: 'w', messageId: '2-x', eventId: 2, taskId: task.id, body: '{}' }], '2-x');
  for (let times = 0; times < 2; times += 1) {
    await store.relocate({ from: ['/old'], to: '/new', isCopy: false });
    t.match(await store.getTask(task.id), {
      plan: '/old/notes',
      overlayPath: '/new/worktrees/x',
      repositoryUrl: '/new/worktrees/y',
      targetRepoPath: '/user/repository',
    });
    t.equal((await store.getRun(run.runId))?.directory, '/new/runs/r');
    t.match(await store.getWorktree(task.id), {
      record: { path: '/new/worktrees/x', gitDir: '/new/repositories/r.git', sourcePath: null },
      repositoryDir: '/new/repositories/r.git',
    });
    t.match(await store.getMerge(task.id), { record: { files: [{ path: '/new/x' }] } });
  }
  t.match(await store.listWebhooks(), [{ pending: 1 }]);
  await store.relocate({ from: ['/old'], to: '/new', isCopy: true });
  t.match(await store.listWebhooks(), [{ id: 'w', pending: 0 }], 'what waits is told by the original');
  for (const none of [join(t.testdir({}), 'none'), import.meta.filename])
    t.strictSame(readHomeEvidence(none), { daemonId: null, paths: [] });
});
