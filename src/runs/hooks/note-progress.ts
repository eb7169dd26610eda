import { addUsage } from '../../domain/usage.ts';
import type { RunContext } from '../context.ts';
import type { RunHook } from './hook.ts';

/** The agent's session and what it has used, on its task. */
export const noteProgress = ({ ledger }: Pick<RunContext, 'ledger'>): RunHook => ({
  name: 'progress',
  async signalled({ task, run }, signal) {
    if (signal.kind === 'session') await ledger.update(task.id, { sessionId: signal.sessionId });
    if (signal.kind !== 'turn-ended') return;
    const usage = addUsage(run.baseUsage, signal.usage);
    await ledger.update(task.id, { usage }, [{ type: 'usage', usage }]);
  },
});
