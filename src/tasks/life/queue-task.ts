import type { MessageKind } from '../../../schemas/message.ts';
import type { Task } from '../../../schemas/task.ts';
import { isActive } from '../../domain/status-machine.ts';
import { createTurns } from '../../domain/turns.ts';
import { MakimaError } from '../../errors.ts';
import { dependenciesOf, readinessOf } from '../../runs/queue/dependencies.ts';
import type { Caller } from '../access.ts';
import type { Needs } from '../parts.ts';
import { withWait } from '../reading/with-wait.ts';
import { requireFreeBranch } from './branch-in-use.ts';
import { requireRoom } from './room-for-work.ts';
import { requireSettledRun } from './settled-run.ts';

/** What starting a task uses. */
export type Starting = Needs<
  'store' | 'log' | 'ledger' | 'runs' | 'completions' | 'diskSpace' | 'minFreeBytes' | 'home' | 'userHome' | 'now'
>;

/** Of two tasks on one branch that are started at once, the second is to see the first. */
const onBranches = createTurns();

/** How a task's next run begins. */
export interface Beginning {
  /** With the session of the agent's last run. */
  resume: boolean;
  /** What the agent is told, after the plan where it begins anew, and after what waits for it already. */
  message?: { id: string; kind: MessageKind; text: string };
}

/**
 * Puts a task that the caller may start into the queue.
 * @throws MakimaError TASK_ACTIVE, NO_SESSION, BRANCH_IN_USE, COMPLETION_RUNNING, BUDGET_EXCEEDED, DISK_FULL, UNAUTHENTICATED (a key that died meanwhile)
 */
export const queueTask = async (parts: Starting, caller: Caller, task: Task, beginning: Beginning): Promise<Task> =>
  task.continuesBranch === null
    ? queue(parts, caller, task, beginning)
    : onBranches(async () => {
        await requireFreeBranch(parts, task);
        return queue(parts, caller, task, beginning);
      });

const queue = async (parts: Starting, caller: Caller, task: Task, { resume, message }: Beginning): Promise<Task> => {
  const { ledger, runs, completions, now } = parts;
  if (isActive(task.status)) throw new MakimaError('TASK_ACTIVE', `The task is ${task.status}`);
  if (resume && task.sessionId === null) throw new MakimaError('NO_SESSION');
  await requireSettledRun(parts, task.id);
  if (completions.isRunning(task.id)) throw new MakimaError('COMPLETION_RUNNING');
  await runs.budgets.require(task);
  await requireRoom(parts);
  const at = now().toISOString();
  const found = await readinessOf(parts, task, await dependenciesOf(parts, task), new Set());
  const queued = await ledger.transition(task.id, {
    to: 'queued',
    // Of two that start it at once one is refused: a task that is being set up may go back to the queue, but not from here.
    from: ['pending', 'done', 'failed', 'interrupted'],
    code: 'TASK_ACTIVE',
    ...(caller.kind === 'tool-key' && { keyId: caller.keyId }),
    resume,
    ...(message && { messages: [{ ...message, taskId: task.id, createdAt: at }] }),
    patch: {
      waitsFor: found.kind === 'waits' ? { kind: 'dependency', taskIds: found.taskIds } : { kind: 'slot' },
      queuedAt: at,
      startedAt: null,
      completedAt: null,
      errorMessage: null,
      warnings: [],
      exitCode: null,
      completion: null,
    },
  });
  runs.enqueue(queued);
  return withWait(parts, queued);
};
