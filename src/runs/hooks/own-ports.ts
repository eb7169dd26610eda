import type { RunContext } from '../context.ts';
import { portVariables } from '../ports/ports.ts';
import type { RunHook } from './hook.ts';

/** Tells the agent which ports are its own. They were taken and stored as the run began, and go back when it is over (`runs/runs.ts`). */
export const ownPorts = ({ ledger, ports: all }: Pick<RunContext, 'ledger' | 'ports'>): RunHook => ({
  name: 'ports',
  prepare({ task, run: { ports } }) {
    if (ports !== null)
      ledger.say(task.id, `Ports ${ports.base} to ${ports.base + ports.count - 1} are its own, from MAKIMA_PORT_BASE in its environment`);
    else if (all.count > 0)
      ledger.say(
        task.id,
        'No ports of its own: all are held by other tasks or in use, see MAKIMA_PORT_FIRST and MAKIMA_PORT_RANGE',
        'warning',
      );
    return Promise.resolve({ env: portVariables(ports) });
  },
});
