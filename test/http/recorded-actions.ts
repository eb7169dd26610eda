import { randomUUID } from 'node:crypto';
import type { Approval } from '../../schemas/approval.ts';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import type { UsageReport } from '../../schemas/usage.ts';
import type { Webhook } from '../../schemas/webhook.ts';
import { MakimaError } from '../../src/errors.ts';
import type { Actions, Caller, StoredEvent } from '../../src/tasks/actions.ts';
import { feed } from '../support/feed.ts';
import { sampleTask as pendingTask } from '../support/sample-task.ts';

/** A call as the routes made it. */
export interface Call {
  verb: keyof Actions;
  args: unknown[];
}

export const taskId = '3f2b8a52-6d0e-4c57-9d5e-0c2a1b7f4e11';
export const toolKey = 'a'.repeat(64);
const at = '2030-01-31T12:00:00.000Z';

export const sampleTask = (changes: Partial<Task> = {}): Task =>
  pendingTask({ id: taskId, name: 'Say hello', plan: 'Write hello to hello.txt', createdAt: at, updatedAt: at, ...changes });

const sampleWebhook: Webhook = {
  id: taskId,
  url: 'https://hooks.example/makima',
  types: ['status', 'end'],
  taskId: null,
  createdAt: at,
  pending: 0,
  lastDeliveredAt: null,
  lastError: null,
  lastErrorAt: null,
  disabledAt: null,
  reason: null,
};

export const sampleApproval: Approval = {
  id: taskId,
  taskId,
  kind: 'tool',
  tool: 'Bash',
  input: { command: 'npm\ntest' },
  questions: null,
  suggestions: [{ tool: 'Bash', rule: 'npm test *' }],
  status: 'pending',
  message: null,
  answers: null,
  updatedInput: null,
  remember: null,
  createdAt: at,
  decidedAt: null,
  decidedBy: null,
};

export const stored = (event: TaskEvent): StoredEvent => ({
  id: event.id,
  type: event.type,
  event,
  json: JSON.stringify(event),
  place: `${event.id}-x`,
});

export const outputEvent = (id: number, content: string): TaskEvent => ({ id, taskId, at, type: 'output', stream: 'stdout', content });

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

const spent = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4, costUsd: 0.5, turns: 6, minutes: 0.7 };
const usageReport: UsageReport = {
  task: spent,
  tree: spent,
  runs: [{ id: taskId, number: 1, startedAt: at, endedAt: null, usage: spent }],
  budgets: [{ taskId, taskName: 'Say\thello', limits: [{ limit: 'maxTurns', used: 6, max: 10, percent: 60 }] }],
};

const mergeStatus = {
  inProgress: true,
  sourceBranch: 'makima/x',
  subtaskId: taskId,
  startedAt: at,
  conflictedFiles: ['a'],
  conflicts: [{ file: 'a', kind: 'binary' as const }],
};

const agents = [
  { name: 'claude', command: 'claude', protocol: 'claude', isDefault: true, path: null, version: null, problem: 'Not found' },
  { name: 'other', command: 'other', protocol: 'acp', isDefault: false, path: '/o', version: '1.2', problem: null },
  {
    name: 'third',
    command: 'third',
    protocol: 'acp',
    isDefault: false,
    path: '/t',
    version: '3',
    problem: 'It is\nout. Sign in. Then go on',
  },
];
const usage = {
  measuredAt: null,
  worktreeBytes: 1,
  repositoryBytes: 2,
  cacheBytes: 3,
  keptBytes: 4,
  preparedBytes: 5,
  logBytes: 1,
  runBytes: 6,
};

/**
 * Actions that remember how they were called and answer with samples: what stands behind the routes, without doing
 * anything. `answers` replaces single verbs.
 */
export const recordedActions = (answers: Partial<Actions> = {}): { actions: Actions; calls: Call[] } => {
  const calls: Call[] = [];
  const verb = <K extends keyof Actions>(name: K, usual: Actions[K]): Actions[K] => {
    const act: Actions[K] = answers[name] ?? usual;
    const recorded = (...args: unknown[]): unknown => {
      calls.push({ verb: name, args });
      return Reflect.apply(act, undefined, args);
    };
    return recorded as Actions[K];
  };
  const task = (): Promise<Task> => Promise.resolve(sampleTask());
  const actions: Actions = {
    createTask: verb('createTask', (_caller, request) =>
      Promise.resolve(sampleTask({ id: randomUUID(), name: request.name, plan: request.plan })),
    ),
    listTasks: verb('listTasks', () => Promise.resolve({ items: [sampleTask()], nextCursor: 'next' })),
    getTask: verb('getTask', (_caller, id) =>
      id === taskId ? task() : Promise.reject(new MakimaError('TASK_NOT_FOUND', `There is no task ${id}`)),
    ),
    updateTask: verb('updateTask', task),
    deleteTask: verb('deleteTask', () => Promise.resolve()),
    listSubtasks: verb('listSubtasks', () => Promise.resolve([])),
    getTree: verb('getTree', () =>
      Promise.resolve({ ...sampleTask(), subtasks: [{ ...sampleTask({ name: 'Child', depth: 1 }), subtasks: [] }] }),
    ),
    getUsage: verb('getUsage', () => Promise.resolve(usageReport)),
    startTask: verb('startTask', () => Promise.resolve(sampleTask({ status: 'queued' }))),
    stopTask: verb('stopTask', () => Promise.resolve({ task: sampleTask({ status: 'running' }), wasTerminal: false })),
    pauseTask: verb('pauseTask', () => Promise.resolve(sampleTask({ status: 'paused' }))),
    resumeTask: verb('resumeTask', () => Promise.resolve(sampleTask({ status: 'running' }))),
    listApprovals: verb('listApprovals', () => Promise.resolve([sampleApproval])),
    listTaskApprovals: verb('listTaskApprovals', () => Promise.resolve([sampleApproval])),
    decideApproval: verb('decideApproval', () =>
      Promise.resolve({ ...sampleApproval, status: 'allowed' as const, decidedBy: 'owner' as const }),
    ),
    sendMessage: verb('sendMessage', () => Promise.resolve({ id: taskId, delivered: true })),
    reviewTask: verb('reviewTask', () => Promise.resolve({ id: taskId, delivered: true })),
    listMessages: verb('listMessages', () =>
      Promise.resolve([{ id: taskId, taskId, kind: 'user' as const, message: 'One\nline', state: 'waiting' as const, createdAt: at }]),
    ),
    withdrawMessage: verb('withdrawMessage', () => Promise.resolve()),
    shareSibling: verb('shareSibling', () => Promise.resolve({ id: taskId, delivered: false })),
    waitForTask: verb('waitForTask', async () => ({ task: await task(), isOver: true })),
    getWorktree: verb('getWorktree', () =>
      Promise.resolve({ path: '/w/one two', branch: 'b', baseCommit: 'c', exists: true, awaySince: null }),
    ),
    diffPatch: verb('diffPatch', () => Promise.resolve(each([Buffer.from('diff --git a/x b/x\n'), Buffer.from([0xff, 0x0a])]))),
    diffFiles: verb('diffFiles', () => Promise.resolve([{ path: 'x', status: 'added' as const, additions: 1, deletions: null }])),
    removeWorktree: verb('removeWorktree', () => Promise.resolve({ path: '/w/one two', bytes: 4096 })),
    restoreWorktree: verb('restoreWorktree', () => Promise.resolve(sampleTask({ status: 'done' }))),
    runCompletion: verb('runCompletion', () =>
      Promise.resolve({ success: true, message: 'Merged', prUrl: null, commitSha: 'abc', branch: 'makima/x' }),
    ),
    cloneWorktree: verb('cloneWorktree', (_caller, _id, targetDir) => Promise.resolve({ success: true, message: 'Copied', targetDir })),
    targetExists: verb('targetExists', (_caller, targetDir) => Promise.resolve({ exists: true, targetDir })),
    readOutput: verb('readOutput', () => Promise.resolve({ items: [outputEvent(1, 'hello')], nextCursor: null })),
    streamOutput: verb('streamOutput', () => Promise.resolve(feed(each([stored(outputEvent(1, 'a')), stored(outputEvent(2, 'b'))])))),
    readableOutputPage: verb('readableOutputPage', () =>
      Promise.resolve({ text: 'one\ntwo\n', leftOut: 0, cursor: '2-x', hasMore: false }),
    ),
    readableOutput: verb('readableOutput', () => Promise.resolve(each(['one\n', 'two\n']))),
    followTask: verb('followTask', () =>
      Promise.resolve(feed(each([stored(outputEvent(1, 'a')), stored({ id: 2, taskId, at, type: 'end', status: 'done' })]))),
    ),
    followAll: verb('followAll', () => Promise.resolve(feed(each([stored(outputEvent(1, 'a'))])))),
    lastPlace: verb('lastPlace', () => '0-tests'),
    listBranches: verb('listBranches', () =>
      Promise.resolve([
        {
          name: 'makima/x',
          taskId,
          taskName: 'X\ty',
          isMerged: false,
          isSkipped: true,
          ahead: 1,
          lastCommit: null,
          lastCommitMessage: null,
        },
      ]),
    ),
    previewMerge: verb('previewMerge', () =>
      Promise.resolve({ clean: false, conflicts: [{ file: 'a\nb', kind: 'both-modified' as const }], files: ['a\nb', 'c d'] }),
    ),
    previewAll: verb('previewAll', () =>
      Promise.resolve({
        subtasks: [{ taskId, taskName: 'X', branch: 'makima/x', clean: true, conflicts: [], files: ['a'], conflictsWith: [] }],
        order: [taskId],
        cleanCount: 1,
        complete: true,
      }),
    ),
    startMerge: verb('startMerge', () => Promise.resolve({ success: true, commitSha: 'abc', message: 'Merged' })),
    mergeStatus: verb('mergeStatus', () => Promise.resolve(mergeStatus)),
    resolveConflict: verb('resolveConflict', () => Promise.resolve(mergeStatus)),
    commitMerge: verb('commitMerge', () => Promise.resolve({ success: true, commitSha: 'abc', message: 'Merged' })),
    abortMerge: verb('abortMerge', () => Promise.resolve({ success: true, message: 'Undone' })),
    skipSubtask: verb('skipSubtask', () => Promise.resolve({ success: true, message: 'Left out' })),
    checkMerge: verb('checkMerge', () =>
      Promise.resolve({
        canComplete: false,
        unmergedBranches: ['makima/x'],
        mergedCount: 1,
        skippedCount: 0,
        unmerged: [{ taskId, taskName: 'X', branch: 'makima/x', reason: 'a differ' }],
      }),
    ),
    createToolKey: verb('createToolKey', (_caller, _id, request) =>
      Promise.resolve({
        id: randomUUID(),
        key: 'k'.repeat(64),
        label: request.label ?? null,
        createdAt: at,
        expiresAt: request.expiresAt ?? null,
      }),
    ),
    listToolKeys: verb('listToolKeys', () => Promise.resolve([{ id: taskId, label: null, createdAt: at, expiresAt: null }])),
    deleteToolKey: verb('deleteToolKey', () => Promise.resolve()),
    createWebhook: verb('createWebhook', (_caller, { url }) => Promise.resolve({ ...sampleWebhook, url, secret: 'whsec_c2VjcmV0' })),
    listWebhooks: verb('listWebhooks', () => Promise.resolve([sampleWebhook])),
    getWebhook: verb('getWebhook', () => Promise.resolve(sampleWebhook)),
    deleteWebhook: verb('deleteWebhook', () => Promise.resolve()),
    callerOfToolKey: verb('callerOfToolKey', (key): Promise<Caller | null> =>
      Promise.resolve(key === toolKey ? { kind: 'tool-key', taskId, keyId: taskId } : null),
    ),
    listAgents: verb('listAgents', () => Promise.resolve(agents)),
    figures: verb('figures', () => Promise.resolve({ counts: { running: 3 }, diskUsage: usage })),
    info: verb('info', () =>
      Promise.resolve({
        id: 'd',
        version: '1',
        home: '/h',
        startedAt: at,
        agents,
        limits: { maxDepth: 2 },
        usageLimits: [],
        disk: { freeBytes: 3, totalBytes: 4, logBytes: 1, usage },
        counts: { running: 3 },
      }),
    ),
  };
  return { actions, calls };
};
