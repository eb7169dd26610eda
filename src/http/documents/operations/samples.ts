import type { TaskEvent } from '../../../../schemas/event.ts';
import type { WaitingMessage } from '../../../../schemas/message.ts';
import type { Task } from '../../../../schemas/task.ts';

/** The tasks that the document's examples speak of: an orchestrator, and a subtask of it that has ended well. */
export const taskId = '0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10';
export const subtaskId = '7d0e2f9a-1b64-4f0c-8a39-52b1c3f4e8d2';
export const siblingId = 'c2a9b8d7-5e43-4a21-b6f0-9d8e7c6b5a43';
export const keyId = '5a1f3c7e-9b2d-4e86-a0c4-7f6e5d4c3b2a';
export const commitSha = '9c1185a5c5e9fc54612808977ee8f548b2258d31';
const baseCommit = 'e83c5163316f89bfbde7d9ab23ca2e25604af290';
export const subtaskBranch = 'makima/login-form-7d0e2f9a';

export const at = { created: '2026-11-27T10:00:00.000Z', started: '2026-11-27T10:00:02.000Z', ended: '2026-11-27T10:04:30.000Z' };

/** A task that was just made: the plan is the one of the first example of `createTask`. */
export const madeTask: Task = {
  id: taskId,
  name: 'Hello',
  plan: 'Write hello.html, a page that says hello.',
  status: 'pending',
  waitsFor: null,
  isOrchestrator: false,
  parentTaskId: null,
  depth: 0,
  agent: 'claude',
  model: null,
  effort: null,
  budget: null,
  repositoryUrl: null,
  baseBranch: null,
  targetBranch: null,
  targetRepoPath: null,
  completionAction: 'none',
  continueFromTaskId: null,
  copyFiles: [],
  dependsOn: [],
  priority: 0,
  overlayPath: null,
  branch: null,
  continuesBranch: null,
  baseCommit: null,
  sessionId: null,
  progressSummary: null,
  errorMessage: null,
  warnings: [],
  exitCode: null,
  usage: null,
  completion: null,
  createdAt: at.created,
  updatedAt: at.created,
  queuedAt: null,
  startedAt: null,
  completedAt: null,
};

export const queuedTask: Task = { ...madeTask, status: 'queued', updatedAt: at.started, queuedAt: at.started };

export const runningTask: Task = {
  ...queuedTask,
  status: 'running',
  overlayPath: '/home/ada/.makima/worktrees/hello-0b4c1d5e',
  branch: 'makima/hello-0b4c1d5e',
  baseCommit,
  sessionId: 'f1e2d3c4-b5a6-4978-8899-aabbccddeeff',
  startedAt: at.started,
};

export const doneTask: Task = {
  ...runningTask,
  status: 'done',
  progressSummary: 'hello.html is there.',
  exitCode: 0,
  usage: { inputTokens: 1200, outputTokens: 340, cacheReadTokens: 15_000, cacheWriteTokens: 2100, costUsd: 0.0431, turns: 1 },
  updatedAt: at.ended,
  completedAt: at.ended,
};

/** Below the task, which then is an orchestrator. */
export const subtask: Task = {
  ...doneTask,
  id: subtaskId,
  name: 'Login form',
  plan: 'Write the form in login.html.',
  parentTaskId: taskId,
  depth: 1,
  overlayPath: '/home/ada/.makima/worktrees/login-form-7d0e2f9a',
  branch: subtaskBranch,
  progressSummary: null,
};

export const deliveredMessage = { id: 'e1b7a2c4-3d5f-4a68-9b0c-1f2e3d4c5b6a', delivered: true };

export const waitingMessage: WaitingMessage = {
  id: deliveredMessage.id,
  taskId,
  kind: 'user',
  message: 'Write a test for it as well.',
  state: 'waiting',
  createdAt: at.started,
};

export const statusEvent: TaskEvent = { id: 41, taskId, at: at.started, type: 'status', from: 'starting', to: 'running' };

export const outputEvent: TaskEvent = {
  id: 42,
  taskId,
  at: at.started,
  type: 'output',
  stream: 'stdout',
  content: '{"type":"assistant","message":{"content":[{"type":"text","text":"I write the page."}]}}',
  jsonType: 'assistant',
};

export const endEvent: TaskEvent = { id: 57, taskId, at: at.ended, type: 'end', status: 'done' };
