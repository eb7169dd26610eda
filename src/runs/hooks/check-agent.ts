import { MakimaError } from '../../errors.ts';
import type { RunContext } from '../context.ts';
import type { RunHook } from './hook.ts';

/** Whether the agent is there at all, before anything is started that would only say "not found". */
export const checkAgent = ({ ledger }: Pick<RunContext, 'ledger'>): RunHook => ({
  name: 'agent',
  async prepare({ task, driver }) {
    const agent = await driver.detect();
    if (agent.problem !== null) throw new MakimaError('AGENT_NOT_FOUND', agent.problem);
    ledger.say(task.id, `Agent: ${agent.name} ${agent.version ?? 'of unknown version'} (${agent.path ?? agent.command})`);
    return undefined;
  },
});
