import type { EventPayload } from '../../../schemas/event.ts';
import { describeLimit, marksReached, type BudgetMark, type LimitState } from '../../domain/budget.ts';
import type { RunContext } from '../context.ts';
import type { Standing } from './standing.ts';

type Parts = Pick<RunContext, 'store' | 'log' | 'ledger' | 'reached'>;

const consequence: Readonly<Record<BudgetMark, string>> = {
  80: 'what it is for goes on',
  100: 'every task under it ends with its turn, and none is started',
};

const payloadsOf = ({ task }: Standing, { limit, max, used }: LimitState, percent: BudgetMark): EventPayload[] => [
  { type: 'budget', budgetTaskId: task.id, limit, percent, used, max },
  {
    type: 'output',
    stream: 'system',
    level: 'warning',
    content: `The budget of this tree has reached ${percent} %: ${describeLimit({ limit, max, used })}; ${consequence[percent]}`,
  },
];

/**
 * Tells of each mark that a budget has reached, once for a limit and its value, whatever becomes of the daemon: that it was told is stored
 * with the events.
 * @param known - what this daemon has told of the budget, so that the store is not asked at each turn
 * @param spender - the task that has used it: where the log of the budget's own has ended, it is told in that of this one
 */
export const tellMarks = async (parts: Parts, standing: Standing, spender: string, known: Set<string>): Promise<void> => {
  const { task, limits } = standing;
  for (const state of limits)
    for (const mark of marksReached(state)) {
      const { limit, max } = state;
      const key = `${limit} ${mark} ${max}`;
      if (known.has(key)) continue;
      const taskId = parts.log.last(task.id)?.ended === true ? spender : task.id;
      if (await parts.store.markBudget(task.id, { limit, mark, max }, { taskId, payloads: payloadsOf(standing, state, mark) })) {
        parts.reached('budget told');
        await parts.ledger.flush();
      }
      known.add(key);
    }
};
