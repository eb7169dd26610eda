import type { Task } from '../../schemas/task.ts';
import { isActive } from '../domain/status-machine.ts';
import { MakimaError } from '../errors.ts';
import { requireRoom } from './room-for-work.ts';
import { requireTask } from './access.ts';
import type { Actions, Caller } from './actions.ts';
import type { TaskContext } from './context.ts';

/** How long a start waits for the last run's end, in milliseconds: its task is terminal a moment before all of it is cleared away. */
const endingTime = 10_000;

/** Puts a task that the caller may start into the queue. @throws MakimaError TASK_ACTIVE, COMPLETION_RUNNING, UNAUTHENTICATED (a key that died meanwhile) */
export const startExisting = async (context: TaskContext, caller: Caller, task: Task): Promise<Task> => {
  if (isActive(task.status)) throw new MakimaError('TASK_ACTIVE', `The task is ${task.status}`);
  if (!(await context.runs.settled(task.id, endingTime))) throw new MakimaError('TASK_ACTIVE', "The task's last run is still ending");
  if (context.completions.isRunning(task.id)) throw new MakimaError('COMPLETION_RUNNING');
  await requireRoom(context);
  const queued = await context.ledger.transition(task.id, {
    to: 'queued',
    // Of two that start it at once one is refused: a task that is being set up may go back to the queue, but not from here.
    from: ['pending', 'done', 'failed', 'interrupted'],
    code: 'TASK_ACTIVE',
    ...(caller.kind === 'tool-key' && { keyId: caller.keyId }),
    patch: {
      queuedAt: context.now().toISOString(),
      startedAt: null,
      completedAt: null,
      errorMessage: null,
      warnings: [],
      exitCode: null,
      completion: null,
    },
  });
  context.runs.enqueue(queued);
  return queued;
};

/** Queues a task; a terminal one for a new run in the same worktree. */
export const startTask =
  (context: TaskContext): Actions['startTask'] =>
  async (caller, taskId) =>
    startExisting(context, caller, await requireTask(context, caller, taskId, 'command'));
