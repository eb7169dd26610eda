import type { SendMessage, SiblingContext, StopTask } from '../../../../schemas/task-requests.ts';
import { deliveredLine, taskLine, waitedLines } from '../../answers/text-answers.ts';
import { jsonAndText, type OperationTexts } from './operation.ts';
import { doneTask, queuedTask, runningTask, siblingId } from './samples.ts';
import type { Task } from '../../../../schemas/task.ts';

const pausedTask: Task = { ...runningTask, status: 'paused' };

const stop = {
  gracefully: { summary: 'Let the agent end its turn first; subtasks stop, too', value: { graceful: true } },
  keepSubtasks: { summary: 'Leave the subtasks running', value: { subtasks: 'keep' } },
} satisfies Record<string, { summary: string; value: StopTask }>;

const message = { message: { summary: 'A further wish', value: { message: 'Write a test for it as well.' } } } satisfies Record<
  string,
  { summary: string; value: SendMessage }
>;

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
      'It is answered when the task is queued, not when its agent works: follow its events, or wait. A task that has ended runs again in the same worktree, from its plan.',
    requests: { start: { summary: 'There is nothing to say', value: {} } },
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
      'It is stored, and handed to the agent in order: at once, or where the agent is in the middle of a turn as it takes messages.',
    requests: message,
    answers: { 202: jsonAndText({ delivered: true }, deliveredLine({ delivered: true })) },
  },
  shareSibling: {
    description: "The agent is told the sibling's name and status, its summary and the files that it has changed.",
    requests: sibling,
    answers: { 202: jsonAndText({ delivered: true }, deliveredLine({ delivered: true })) },
  },
  waitForTask: {
    description:
      'A long poll. It is answered with the task as soon as it is over, and with the task as it then is when the time is: the header `X-Makima-Over` says which. Ask again for longer. It is answered early, as `false`, where the daemon shuts down.',
    answers: { 200: jsonAndText(doneTask, waitedLines(doneTask)) },
  },
};
