import type { CreateTask, UpdateTask } from '../../../../schemas/task-requests.ts';
import type { UsageReport } from '../../../../schemas/usage.ts';
import { taskDetails, taskLine, taskLines, treeLines } from '../../answers/text-answers.ts';
import { jsonAndText, type OperationTexts } from './operation.ts';
import { usageLines } from '../../answers/usage-lines.ts';
import { doneTask, madeTask, runningTask, subtask, taskId } from './samples.ts';

const { plan: _, ...listed } = doneTask;
const tree = { ...runningTask, isOrchestrator: true, subtasks: [{ ...subtask, subtasks: [] }] };

const own = {
  inputTokens: 5210,
  outputTokens: 1830,
  cacheReadTokens: 48_200,
  cacheWriteTokens: 9100,
  costUsd: 0.42,
  turns: 12,
  minutes: 3.5,
};
const usage: UsageReport = {
  task: own,
  tree: { inputTokens: 9800, outputTokens: 4100, cacheReadTokens: 120_000, cacheWriteTokens: 21_000, costUsd: 1.05, turns: 31, minutes: 9 },
  runs: [{ id: '0d7c1a2e-6f0b-4c55-9d31-8a2f4b7c9e10', number: 1, startedAt: '2030-01-31T12:00:01.000Z', endedAt: null, usage: own }],
  budgets: [{ taskId, taskName: 'Shop', limits: [{ limit: 'maxCostUsd', used: 1.05, max: 5, percent: 21 }] }],
};

const create = {
  scratch: { summary: 'In an empty directory of its own', value: { name: 'Hello', plan: 'Write hello.html, a page that says hello.' } },
  repository: {
    summary: 'In a repository, started at once, with a pull request at the end',
    value: {
      name: 'Fix the build',
      plan: 'The build fails on Node 24. Find out why and fix it.',
      repositoryUrl: '~/my-project',
      baseBranch: 'main',
      completionAction: 'pr',
      model: 'opus',
      effort: 'high',
      budget: { maxCostUsd: 5, maxMinutes: 60 },
      start: true,
    },
  },
  subtask: {
    summary: 'Below an orchestrator: repository, branches and agent are the ones of its parent',
    value: {
      name: 'Login form',
      plan: 'Write the form in login.html.',
      parentTaskId: taskId,
      copyFiles: ['design/login.png'],
      model: 'haiku',
      start: true,
    },
  },
} satisfies Record<string, { summary: string; value: CreateTask }>;

const update = {
  progress: { summary: 'Say how far it is', value: { progressSummary: 'Two of three forms are there.' } },
  done: { summary: 'Finish, as an orchestrator does', value: { status: 'done', progressSummary: 'All forms are there.' } },
  plan: { summary: 'Change what is not started yet', value: { name: 'Hello there', plan: 'Write hello.html.', priority: 10 } },
  budget: { summary: 'Raise what it and all below it may use', value: { budget: { maxCostUsd: 10 } } },
  model: { summary: 'Run with another model from now on', value: { model: 'haiku', effort: null } },
} satisfies Record<string, { summary: string; value: UpdateTask }>;

/** Tasks: make, list, read, change, delete. */
export const taskTexts: OperationTexts = {
  createTask: {
    description:
      "A task is a plan for an agent and where it works: a repository on this machine, a clone URL, a new one, or an empty directory. It is made as `pending`; with `start: true` it is queued at once. A subtask names its parent, which must be an orchestrator, and has the parent's repository, branches and agent. With an `Idempotency-Key` a repeat is answered with the task that the first request made, so that a client may safely send it again.",
    requests: create,
    answers: { 201: jsonAndText(madeTask, taskLine(madeTask)) },
  },
  listTasks: {
    description:
      'A page of tasks; `nextCursor`, and the `Link` header, lead to the next one, also while tasks are made and deleted. A poll sends the `ETag` of its last answer as `If-None-Match` and is told 304 while nothing has changed, or asks with `updatedSince` for what has. `view=summary` leaves the plans out.',
    answers: { 200: jsonAndText({ items: [listed], nextCursor: null }, taskLines([doneTask])) },
  },
  getTask: {
    description: 'The task as it now is. With the `ETag` of an earlier answer as `If-None-Match` it is 304 while nothing has changed.',
    answers: { 200: jsonAndText(doneTask, taskDetails(doneTask)) },
  },
  updateTask: {
    description:
      '`name`, `plan` and `priority` change while the task is pending, `model` and `effort` while it is not active, `budget` and `progressSummary` at any time: where a budget is raised, what is under it goes on, and what was stopped can be started. `status: "done"` finishes a running task. For an orchestrator that is refused while work of its subtasks is neither merged, copied nor skipped (`SUBTASKS_NOT_INTEGRATED`, which names the branches), unless `force` is true.',
    requests: update,
    answers: { 200: jsonAndText(runningTask, taskLine(runningTask)) },
  },
  deleteTask: {
    description:
      'What its worktree holds and git does not ignore is kept before it goes, and `POST /tasks/{taskId}/worktree/restore` brings it back. The tasks below it go with it. Stop what is active first. `worktree=keep` leaves the directory where it is.',
    answers: {},
  },
  listSubtasks: {
    description: 'All of them at once: a task has few. `GET /tasks?parentTaskId=` lists them by pages.',
    answers: { 200: jsonAndText([subtask], taskLines([subtask])) },
  },
  getUsage: {
    description:
      'Tokens, cost and turns as the agents tell them, and the minutes for which they ran. Of a turn that was broken off without a result it is what its lines let one know: what was read, about what was written, and no cost. `budgets` has each budget that the task is under, its own and those above it.',
    answers: { 200: jsonAndText(usage, usageLines(usage)) },
  },
  getTree: { description: 'Each task has its `subtasks`, oldest first.', answers: { 200: jsonAndText(tree, treeLines(tree)) } },
};
