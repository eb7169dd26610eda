import type { SendMessage, SiblingContext, StartTask, StopTask } from '../../../../schemas/task-requests.ts';
import { deliveredLine, messageLines, taskLine, waitedLines } from '../../answers/text-answers.ts';
import { jsonAndText, type OperationTexts } from './operation.ts';
import { deliveredMessage, doneTask, queuedTask, runningTask, siblingId, waitingMessage } from './samples.ts';
import type { Task } from '../../../../schemas/task.ts';

const pausedTask: Task = { ...runningTask, status: 'paused' };

const stop = {
  gracefully: { summary: 'Let the agent end its turn first; subtasks stop, too', value: { graceful: true } },
  keepSubtasks: { summary: 'Leave the subtasks running', value: { subtasks: 'keep' } },
} satisfies Record<string, { summary: string; value: StopTask }>;

const start = {
  start: { summary: 'From the plan', value: {} },
  resume: { summary: 'With the session of its agent', value: { resume: true, message: 'The test fails on macOS: look why.' } },
} satisfies Record<string, { summary: string; value: StartTask }>;

const message = {
  message: { summary: 'A further wish', value: { message: 'Write a test for it as well.' } },
  resume: { summary: 'To a task that has ended, too', value: { message: 'Rename it to greet.html.', resume: true } },
} satisfies Record<string, { summary: string; value: SendMessage }>;

const sibling = {
  sibling: {
    summary: 'What the other subtask has changed',
    value: { siblingTaskId: siblingId, summary: 'The session cookie is now called sid.' },
  },
} satisfies Record<string, { summary: string; value: SiblingContext }>;

/** Start, stop, speak to and wait for a task. */
export const controlTexts: OperationTexts = {
  startTask: {
    description:
      'It is answered when the task is queued, not when its agent works: follow its events, or wait. A task that has ended runs again in the same worktree: from its plan, or, with `resume`, with the session of its agent, which knows all that it did before; also where the daemon or the machine went down meanwhile. `message` is what it is told then. A task whose agent never had a session is `NO_SESSION`; where the agent has lost it since, the task fails and says so, and a start without `resume` begins a new one.',
    requests: start,
    answers: { 202: jsonAndText(queuedTask, taskLine(queuedTask)) },
  },
  stopTask: {
    description:
      'It is answered when the stop is stored. The agent is interrupted, then terminated, then everything that it started is killed, however deep or detached, and the task is `interrupted`. Subtasks of an orchestrator are stopped with it, unless `subtasks` is `keep`. The worktree stays.',
    requests: stop,
    answers: { 200: jsonAndText(doneTask, taskLine(doneTask)), 202: jsonAndText(runningTask, taskLine(runningTask)) },
  },
  pauseTask: {
    description: 'Its processes are halted where they are, and keep their memory. The task keeps its slot.',
    answers: { 200: jsonAndText(pausedTask, taskLine(pausedTask)) },
  },
  resumeTask: {
    description: 'Its processes go on where they were halted.',
    answers: { 200: jsonAndText(runningTask, taskLine(runningTask)) },
  },
  sendMessage: {
    description:
      'It is kept, and handed to the agent in order, once, at the moment that fits: at once where the agent works, when it goes on where it is paused or blocked, when it runs where the task is queued. What has not reached it when a run ends is the first that the next one is told. To a task that has ended it is `TASK_NOT_RUNNING`, unless `resume` is true: then the task goes on for it, with the session of its agent.',
    requests: message,
    answers: { 202: jsonAndText(deliveredMessage, deliveredLine(deliveredMessage)) },
  },
  listMessages: {
    description:
      'In the order in which the agent gets them, whoever sent them. One that is `handed` is about to be read and cannot be withdrawn.',
    answers: { 200: jsonAndText([waitingMessage], messageLines([waitingMessage])) },
  },
  withdrawMessage: {
    description: 'A repeat is answered the same. One that the agent has, or is about to read, is `MESSAGE_DELIVERED`.',
    answers: {},
  },
  shareSibling: {
    description: "The agent is told the sibling's name and status, its summary and the files that it has changed.",
    requests: sibling,
    answers: { 202: jsonAndText(deliveredMessage, deliveredLine(deliveredMessage)) },
  },
  waitForTask: {
    description:
      'A long poll. It is answered with the task as soon as it is over, and with the task as it then is when the time is: the header `X-Makima-Over` says which. Ask again for longer. It is answered early, as `false`, where the daemon shuts down.',
    answers: { 200: jsonAndText(doneTask, waitedLines(doneTask)) },
  },
};
