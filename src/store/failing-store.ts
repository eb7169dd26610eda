import { MakimaError } from '../errors.ts';
import type { TaskStore } from './task-store.ts';

export interface FailurePlan {
  /** The call that fails, 1 being the first after the wrapping. */
  at: number;
  /** Counts and fails calls of this method alone. */
  method?: keyof TaskStore;
  /** Goes on failing after that one, as a full disk does. */
  andAfter?: boolean;
  /** `before`: nothing was written. `after`: it was, and the caller does not learn of it. */
  when?: 'before' | 'after';
  error?: Error;
}

/**
 * A store that works until the planned call and fails there, so that a test can walk through every point at which
 * an operation can break off. `close` never fails and is not counted.
 * @returns the store, and how many calls were counted up to now: once a walk reaches no failure, it is over
 */
export const failingStore = (store: TaskStore, plan: FailurePlan): { store: TaskStore; calls: () => number } => {
  const error = plan.error ?? new MakimaError('DISK_FULL', 'The database could not be written (a planned failure)');
  let calls = 0;
  const failing = new Proxy(store, {
    get(target, property) {
      const method: unknown = Reflect.get(target, property);
      if (typeof method !== 'function' || property === 'close' || (plan.method !== undefined && property !== plan.method)) return method;
      return async (...parameters: unknown[]): Promise<unknown> => {
        calls += 1;
        const fails = calls === plan.at || (plan.andAfter === true && calls > plan.at);
        if (fails && plan.when !== 'after') throw error;
        const result: unknown = await Reflect.apply(method, target, parameters);
        if (fails) throw error;
        return result;
      };
    },
  });
  return { store: failing, calls: () => calls };
};
