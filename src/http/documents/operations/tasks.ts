import type { CreateTask, UpdateTask } from '../../../../schemas/task-requests.ts';
import { taskDetails, taskLine, taskLines, treeLines } from '../../answers/text-answers.ts';
import { jsonAndText, type OperationTexts } from './operation.ts';
import { doneTask, madeTask, runningTask, subtask, taskId } from './samples.ts';

const { plan: _, ...listed } = doneTask;
const tree = { ...runningTask, isOrchestrator: true, subtasks: [{ ...subtask, subtasks: [] }] };

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
      '`name`, `plan` and `priority` change while the task is pending, `model` and `effort` while it is not active, `progressSummary` at any time. `status: "done"` finishes a running task. For an orchestrator that is refused while work of its subtasks is neither merged, copied nor skipped (`SUBTASKS_NOT_INTEGRATED`, which names the branches), unless `force` is true.',
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
  getTree: { description: 'Each task has its `subtasks`, oldest first.', answers: { 200: jsonAndText(tree, treeLines(tree)) } },
};
