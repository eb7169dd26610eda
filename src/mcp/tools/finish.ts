import { taskLine } from '../../http/answers/text-answers.ts';
import { brief } from '../answers/brief.ts';
import { adds, taskOf, tool, type Tool } from '../tool.ts';

/** What a task says of itself. */
export const finishingTools: readonly Tool[] = [
  tool(
    'report_progress',
    {
      title: 'Report progress',
      description: 'Say how far a task is, for who looks at it.',
      hints: { destructiveHint: false, idempotentHint: true },
    },
    async (call, { progressSummary, ...given }) => {
      const task = await call.actions.updateTask(call.caller, taskOf(call, given.taskId), { progressSummary });
      return { text: taskLine(task), data: { task: brief(task) } };
    },
  ),
  tool(
    'finish_task',
    {
      title: 'Finish a task',
      description:
        'How an orchestrator ends its own task: progressSummary says what was done, how it was checked, what is open. Refused while subtasks run or work of theirs is neither merged nor skipped (check_merge says so beforehand); force: true finishes all the same. Nothing is finished until this has succeeded.',
      hints: adds,
    },
    async (call, { taskId, ...how }) => {
      const id = taskOf(call, taskId);
      const task = await call.actions.updateTask(call.caller, id, { ...how, status: 'done' });
      return { text: taskLine(task), data: { task: brief(task) } };
    },
  ),
];
