import type { EventPayload } from '../../../schemas/event.ts';
import type { SpentByTask } from '../../domain/usage.ts';

/** A limit of a budget of which something is told. */
export interface BudgetMarked {
  limit: string;
  /** In percent. */
  mark: number;
  /** Its value at the time: where that is another, it is told again. */
  max: number;
}

export interface SpendingRows {
  /** What a task and everything below it have used, a parent before its children; empty where there is no such task. */
  spendingBelow(id: string): Promise<SpentByTask[]>;
  /**
   * Notes what is told of a task's budget, once for each limit, mark and value.
   * @param events - go to the outbox in the same transaction, of this task or one below it
   * @returns false where it was told before, or the task is gone
   */
  markBudget(id: string, marked: BudgetMarked, events: { taskId: string; payloads: readonly EventPayload[] }): Promise<boolean>;
}
