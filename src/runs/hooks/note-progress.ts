import type { Task, Usage } from '../../../schemas/task.ts';
import { addUsage, noUsage, withoutUsage } from '../../domain/usage.ts';
import type { Budgets } from '../budget/budgets.ts';
import type { RunContext, RunOfTask } from '../context.ts';
import type { RunHook } from './hook.ts';

type Parts = Pick<RunContext, 'ledger'>;
type OfRun = Pick<RunOfTask, 'task' | 'run'>;

const fields = Object.keys(noUsage) as readonly (keyof Usage)[];

/** Whether this is what is stored of a run's usage. */
export const isNoted = ({ run }: Pick<OfRun, 'run'>, usage: Usage): boolean => {
  const noted = run.usage ?? noUsage;
  return fields.every((field) => noted[field] === usage[field]);
};

/** Stores what a run has used by itself, and with it what its task has. */
export const noteUsage = async ({ ledger }: Parts, { task, run }: OfRun, usage: Usage): Promise<Task> => {
  const total = addUsage(run.baseUsage, usage);
  return ledger.update(task.id, { usage: total }, [{ type: 'usage', usage: total }], undefined, { runId: run.runId, changes: { usage } });
};

type NotingParts = Parts & Pick<RunContext, 'log' | 'used' | 'reached'> & { budgets: Pick<Budgets, 'look'> };

/** The agent's session and what it has used, on its task and its run; and what the budgets over it come to by that. */
export const noteProgress = (context: NotingParts): RunHook => {
  /** What was noted last of a run, by its id. */
  const last = new Map<string, Usage>();

  return {
    name: 'progress',
    async signalled(agent, signal) {
      const { task, run } = agent;
      if (signal.kind === 'session') await context.ledger.update(task.id, { sessionId: signal.sessionId });
      if (signal.kind !== 'turn-ended') return;
      await noteUsage(context, agent, signal.usage);
      context.used(withoutUsage(signal.usage, last.get(run.runId) ?? run.usage ?? noUsage));
      last.set(run.runId, signal.usage);
      context.reached('usage noted');
      await context.budgets.look(task.id);
    },
    async ended(of, outcome) {
      last.delete(of.run.runId);
      // Of a turn that was broken off no result has told what it used. Nothing follows the end of a log.
      if ('lost' in outcome || !outcome.progress.turnOpen || context.log.last(of.task.id)?.ended === true) return;
      if (isNoted(of, outcome.usage)) return;
      await noteUsage(context, of, outcome.usage);
      context.used(withoutUsage(outcome.usage, of.run.usage ?? noUsage));
    },
  };
};
