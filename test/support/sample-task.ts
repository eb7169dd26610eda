import { randomUUID } from 'node:crypto';
import type { Task } from '../../schemas/task.ts';

export const noon = '2026-11-22T12:00:00.000Z';

/** A pending task with nothing in it, and what is given. */
export const sampleTask = (given: Partial<Task> = {}): Task => ({
  id: randomUUID(),
  name: 'Add a page',
  plan: 'Do it',
  status: 'pending',
  isOrchestrator: false,
  parentTaskId: null,
  depth: 0,
  agent: 'claude',
  model: null,
  effort: null,
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
  baseCommit: null,
  sessionId: null,
  progressSummary: null,
  errorMessage: null,
  warnings: [],
  exitCode: null,
  usage: null,
  completion: null,
  createdAt: noon,
  updatedAt: noon,
  queuedAt: null,
  startedAt: null,
  completedAt: null,
  ...given,
});
