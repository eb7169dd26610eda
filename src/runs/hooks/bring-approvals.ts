import type { Desk } from '../asking/desk.ts';
import type { RunHook } from './hook.ts';

/** Brings what an agent asks to whoever decides, and the decision to the agent. */
export const bringApprovals = (desk: Desk): RunHook => ({
  name: 'approvals',
  found: (agent) => desk.of(agent).found(),
  async signalled(agent, signal) {
    const asking = desk.of(agent);
    if (signal.kind === 'asked') await asking.asked(signal.request);
    if (signal.kind === 'withdrawn') await asking.gaveUp(signal.requestId);
    if (signal.kind === 'turn-ended') await asking.gaveUp();
  },
  stopping: (run) => desk.stopping(run),
  ended: ({ run }) => desk.ended(run),
});
