import type { RunContext } from '../context.ts';
import type { RunHook } from './hook.ts';

/** Says what an agent waits for that nobody can give it from here: the end of a limit. */
export const tellWaits = ({ ledger }: Pick<RunContext, 'ledger'>): RunHook => ({
  name: 'waits',
  async signalled({ task }, signal) {
    if (signal.kind === 'limited')
      ledger.say(
        task.id,
        `The account that the agent works with has come to a limit${signal.until === null ? '' : `, which is reset at ${signal.until}`}`,
        'warning',
      );
    return Promise.resolve();
  },
});
