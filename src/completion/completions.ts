import type { EventPayload } from '../../schemas/event.ts';
import type { Completion, Task } from '../../schemas/task.ts';
import { MakimaError, messageOf } from '../errors.ts';
import { besideCodes } from '../git/snapshot/index.ts';
import type { CompletionContext } from './context.ts';
import { openJob, type CompletionOrder, type Outcome } from './job.ts';
import { mergeWork } from './merge-work.ts';
import { commitOfWork, publishBranch } from './publish-branch.ts';
import { openPullRequest } from './pull-request.ts';
import { underWayList } from './under-way.ts';

/** The completion actions of all tasks: one at a time of each. */
export interface Completions {
  /**
   * The action of a task that ended well, unless it has been run. Its failure is the completion's, and the task stays
   * done. A daemon that died in the middle repeats it: what is there already is not done again.
   * @returns null where the task has none; else what runs it, which says false where the shutdown has cut it off
   */
  atEnd(task: Task): (() => Promise<boolean>) | null;
  /** Runs an action now. @throws MakimaError why it failed, COMPLETION_RUNNING, NOT_READY where the shutdown has cut it off */
  run(task: Task, order: CompletionOrder): Promise<Completion & { message: string }>;
  isRunning(taskId: string): boolean;
  /** Takes up what was asked for and cut off. Waits for nothing. */
  recover(): Promise<void>;
  /** Waits until nothing is under way, after the shutdown's signal. */
  close(): Promise<void>;
}

/** What is to be done at a task's end, null where nothing is. */
export const orderOf = ({ completionAction: action, targetRepoPath, targetBranch, parentTaskId }: Task): CompletionOrder | null =>
  action === 'none' || targetRepoPath === null || parentTaskId !== null ? null : { action, targetRepoPath, targetBranch };

/** Whatever went wrong, as an answer to whoever asks for the action: its own code where that is one, else with the code as `reason`. */
const asFailure = (error: unknown): MakimaError => {
  const known = error instanceof MakimaError ? error : new MakimaError('INTERNAL', messageOf(error), { cause: error });
  return known.statusCode === 409
    ? known
    : new MakimaError('COMPLETION_FAILED', known.message.replace(/\.$/, ''), {
        cause: known,
        details: { ...known.details, reason: known.code },
      });
};

export const createCompletions = (context: CompletionContext): Completions => {
  const { ledger, store, shutdown } = context;
  const running = new Map<string, Promise<unknown>>();
  const underWay = underWayList(store);

  /** What a success leaves behind is told with it: else nobody would look for it. */
  const besides = async (taskId: string): Promise<string> => {
    const found = (await store.getTask(taskId))?.warnings.filter(({ code }) => besideCodes.includes(code)) ?? [];
    return found.map(({ message }) => `. Not with it: ${message}`).join('');
  };

  const act = async (task: Task, order: CompletionOrder, outcome: (outcome: Outcome) => void): Promise<string> => {
    const job = await openJob(context, task, order);
    outcome(job.outcome);
    const work = await commitOfWork(job);
    context.reached('work committed');
    if (order.action === 'merge') return mergeWork(context, job, work);
    if (order.action === 'pr') return openPullRequest(context, job, work);
    return (await publishBranch(context, job, work)).message;
  };

  /**
   * The action with its notes; only the shutdown, or a store that cannot be written, is thrown.
   * @param after - what follows the last note in the log
   */
  const perform = async (
    task: Task,
    order: CompletionOrder,
    after: EventPayload[],
  ): Promise<{ completion: Completion & { message: string }; failure: MakimaError | null }> => {
    const { action } = order;
    if (task.completion?.status !== 'running') {
      ledger.say(task.id, `Completion action ${action}: ${order.targetRepoPath}`);
      const begun: Completion = { action, status: 'running', message: null, prUrl: null, commitSha: null, branch: null };
      await ledger.update(task.id, { completion: begun }, [{ type: 'completion', completion: begun }]);
    }
    context.reached('completion begun');
    let outcome: Outcome = { branch: null, commitSha: null, prUrl: null };
    let message: string;
    let failure: MakimaError | null = null;
    try {
      message = `${await act(task, order, (its) => (outcome = its))}${await besides(task.id)}`;
    } catch (error) {
      shutdown.throwIfAborted();
      failure = asFailure(error);
      if (failure.details['reason'] === 'INTERNAL') context.report(`the completion action of task ${task.id}`, error);
      ({ message } = failure);
    }
    const completion = { action, status: failure === null ? ('succeeded' as const) : ('failed' as const), message, ...outcome };
    ledger.say(
      task.id,
      failure === null ? `Completion action ${action}: ${message}` : `Completion action ${action} failed: ${message}`,
      ...(failure === null ? [] : (['error'] as const)),
    );
    await ledger.update(task.id, { completion }, [{ type: 'completion', completion }, ...after]);
    context.reached('completion noted');
    return { completion, failure };
  };

  const alone = <T>(taskId: string, work: () => Promise<T>): Promise<T> => {
    if (running.has(taskId)) throw new MakimaError('COMPLETION_RUNNING');
    const result = work().finally(() => running.delete(taskId));
    running.set(taskId, result);
    return result;
  };

  const runNow = (task: Task, order: CompletionOrder) =>
    alone(task.id, async () => {
      await underWay.add(task.id, order);
      // Its log had ended, and ends again.
      const done = await perform(task, order, [{ type: 'end', status: task.status }]);
      await underWay.remove(task.id);
      return done;
    });

  return {
    atEnd(task) {
      const order = orderOf(task);
      if (order === null) return null;
      return async () => {
        if (task.completion !== null && task.completion.status !== 'running') return true;
        try {
          shutdown.throwIfAborted();
          await alone(task.id, () => perform(task, order, []));
          return true;
        } catch (error) {
          if (shutdown.aborted) return false;
          throw error;
        }
      };
    },
    async run(task, order) {
      const { completion, failure } = await runNow(task, order).catch((error: unknown) => {
        throw shutdown.aborted
          ? new MakimaError('NOT_READY', 'The daemon is shutting down; the action goes on at its next start', { cause: error })
          : error;
      });
      if (failure !== null) throw failure;
      return completion;
    },
    isRunning: (taskId) => running.has(taskId),
    async recover() {
      for (const { taskId, order } of await underWay.all()) {
        const task = await store.getTask(taskId);
        if (task === null) await underWay.remove(taskId);
        else
          void runNow(task, order).catch((error: unknown) =>
            shutdown.aborted ? undefined : context.report(`the completion action of task ${taskId}`, error),
          );
      }
    },
    async close() {
      await Promise.allSettled([...running.values()]);
    },
  };
};
