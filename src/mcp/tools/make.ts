import { taskLine } from '../../http/answers/text-answers.ts';
import { brief } from '../answers/brief.ts';
import { adds, ownTask, tool, type Tool } from '../tool.ts';

/** Tasks are made, started, stopped. */
export const makingTools: readonly Tool[] = [
  tool(
    'create_task',
    {
      title: 'Create a task',
      description:
        'Make a task for a coding agent, which works in a git worktree of its own; start: true starts it at once. Its agent sees its plan and the repository alone: put the goal, the context, the files, the interfaces and how to check it into the plan. A subtask has its repository, branch, agent and model from its parent. Give an idempotencyKey of your own choice: a repeat with the same one is answered with the first task.',
      hints: adds,
    },
    async (call, { idempotencyKey = null, ...given }) => {
      const parentTaskId = given.parentTaskId ?? ownTask(call);
      const task = await call.actions.createTask(call.caller, { ...given, ...(parentTaskId !== null && { parentTaskId }) }, idempotencyKey);
      return { text: taskLine(task), data: { task: brief(task) } };
    },
  ),
  tool(
    'start_task',
    {
      title: 'Start a task',
      description:
        'Queue a task that was made without start, or run one again that has ended, in the worktree it has. resume: true goes on with the session of its agent instead of beginning again with the plan.',
      hints: adds,
    },
    async ({ actions, caller }, { taskId, ...how }) => {
      const task = await actions.startTask(caller, taskId, how);
      return { text: taskLine(task), data: { task: brief(task) } };
    },
  ),
  tool(
    'stop_task',
    {
      title: 'Stop a task',
      description: 'Interrupt the agent of a task and end everything that it runs. Its worktree stays, and it can be started again.',
      hints: { destructiveHint: true, idempotentHint: true },
    },
    async ({ actions, caller }, { taskId, ...how }) => {
      const { task, wasTerminal } = await actions.stopTask(caller, taskId, how);
      const note = wasTerminal ? 'It had ended already.' : 'It is being stopped: wait_for_tasks says when it has ended.';
      return { text: `${taskLine(task)}${note}\n`, data: { task: brief(task), note } };
    },
  ),
  tool(
    'pause_task',
    { title: 'Pause a task', description: 'Halt everything that the agent of a task runs, until resume_task.', hints: adds },
    async ({ actions, caller }, { taskId }) => {
      const task = await actions.pauseTask(caller, taskId);
      return { text: taskLine(task), data: { task: brief(task) } };
    },
  ),
  tool(
    'resume_task',
    {
      title: 'Resume a paused task',
      description: 'Let a paused task go on. (One that has ended goes on with start_task or send_message and resume: true.)',
      hints: adds,
    },
    async ({ actions, caller }, { taskId }) => {
      const task = await actions.resumeTask(caller, taskId);
      return { text: taskLine(task), data: { task: brief(task) } };
    },
  ),
];
