import { randomUUID } from 'node:crypto';
import type { Task } from '../../schemas/task.ts';
import { type StoreOptions, openStore } from '../../src/store/open-store.ts';
import { inMemory } from '../../src/store/sqlite.ts';
import { noon } from '../support/sample-task.ts';
import type { NewRun, TaskStore, ToolKeyRecord, WebhookRecord } from '../../src/store/task-store.ts';

/** A task in which no field is empty, so that one that is not stored shows. */
export const fullTask = (given: Partial<Task> = {}): Task => ({
  id: randomUUID(),
  name: 'Name \'quoted\' "twice" 日本語 🎉',
  plan: '/clear\n$(rm -rf ~) \u0001 %s ; --',
  status: 'pending',
  waitsFor: { kind: 'dependency', taskIds: [randomUUID()] },
  isOrchestrator: true,
  parentTaskId: null,
  depth: 0,
  agent: 'claude',
  model: 'sonnet',
  effort: 'low',
  budget: { maxCostUsd: 1.5, maxTokens: 2, maxTurns: 3, maxMinutes: 0.5 },
  repositoryUrl: '~/repo',
  baseBranch: 'main',
  targetBranch: 'develop',
  targetRepoPath: '/srv/repo',
  completionAction: 'pr',
  continueFromTaskId: randomUUID(),
  copyFiles: ['a b', 'ü/"c"'],
  dependsOn: [randomUUID()],
  priority: -7,
  overlayPath: '/home/u/worktrees/x',
  branch: 'makima/x',
  continuesBranch: 'origin/x',
  baseCommit: 'f'.repeat(40),
  sessionId: 'session',
  progressSummary: 'half',
  errorMessage: 'none yet',
  warnings: [{ code: 'STALE_BASE', message: 'Old' }],
  exitCode: 3,
  usage: { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4, costUsd: 0.1234567, turns: 5 },
  completion: { action: 'pr', status: 'failed', message: 'm', prUrl: 'u', commitSha: 'c', branch: 'b' },
  createdAt: noon,
  updatedAt: noon,
  queuedAt: '2026-11-22T12:00:01.000Z',
  startedAt: '2026-11-22T12:00:02.000Z',
  completedAt: '2026-11-22T12:00:03.000Z',
  ...given,
});

export const sampleRun = (given: Partial<NewRun> = {}): NewRun => ({
  runId: randomUUID(),
  directory: '/home/u/runs/1',
  createdAt: noon,
  baseUsage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0, turns: 0 },
  ports: null,
  ...given,
});

export const sampleKey = (taskId: string, given: Partial<ToolKeyRecord> = {}): ToolKeyRecord => ({
  id: randomUUID(),
  taskId,
  keyHash: randomUUID().replaceAll('-', '').repeat(2),
  label: null,
  createdAt: noon,
  expiresAt: null,
  runId: null,
  ...given,
});

export const sampleWebhook: WebhookRecord = {
  id: 'w',
  url: 'http://127.0.0.1/',
  types: ['end'],
  taskId: null,
  secret: 'whsec_c2VjcmV0',
  since: 0,
  createdAt: noon,
  lastDeliveredAt: null,
  lastError: null,
  lastErrorAt: null,
  disabledAt: null,
  reason: null,
};

/** More than go into one statement, so that a transaction with them has a middle. */
export const eventsAtOnce = 1500;

/** The store without a file: the same code and the same SQL, so that it cannot behave otherwise. */
export const openMemoryStore = (options: StoreOptions = {}): Promise<TaskStore> => openStore(inMemory, options);
