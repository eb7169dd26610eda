import type { RunContext } from '../context.ts';
import type { Limits } from '../limits/limits.ts';
import type { RunHook } from './hook.ts';

/** Says that an agent's account has come to a limit, and hears of what becomes of it. */
export const tellWaits = ({ ledger, limits }: Pick<RunContext, 'ledger'> & { limits: Pick<Limits, 'reached' | 'succeeded'> }): RunHook => {
  /** Runs that have told of a limit: one that goes on by itself has seen its end. */
  const limited = new Set<string>();
  return {
    name: 'waits',
    async signalled({ task, run }, signal) {
      if (signal.kind === 'limited') {
        limited.add(run.runId);
        const isNews = limits.reached(task, signal);
        ledger.append(task.id, [
          {
            type: 'output',
            stream: 'system',
            level: 'warning',
            content: `The account that the agent works with has come to a limit${signal.ofModel ? ' of its model' : ''}${signal.until === null ? '' : `, which is reset at ${signal.until}`}`,
          },
          ...(isNews ? [{ type: 'limit' as const, action: 'reached' as const, agent: task.agent, until: signal.until }] : []),
        ]);
      }
      if (signal.kind === 'turn-ended' && !signal.isError)
        limits.succeeded(limited.delete(run.runId) ? { ...task, startedAt: new Date(8.64e15).toISOString() } : task);
      return Promise.resolve();
    },
    ended({ run }) {
      limited.delete(run.runId);
      return Promise.resolve();
    },
  };
};
