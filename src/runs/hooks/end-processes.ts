import { sweepRun } from '../../process/sweep.ts';
import type { RunHook } from './hook.ts';

/**
 * Ends every process of a run for whose end nobody waits: what the setup left when the start is given up, and what there is
 * of a run that is lost. Where the agent was looked after to its end they are gone by then, or its output were not whole.
 */
export const endProcesses: RunHook = {
  name: 'processes',
  async undo({ run }) {
    await sweepRun(run.runId, null);
  },
  async ended({ run }, outcome) {
    if ('lost' in outcome && outcome.elsewhere !== true) await sweepRun(run.runId, null);
  },
};
