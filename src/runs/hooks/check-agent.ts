import { MakimaError } from '../../errors.ts';
import type { RunContext } from '../context.ts';
import type { RunHook } from './hook.ts';

/** Whether the agent is there at all and takes what it is asked, before anything is started that would only say "not found", or take no notice. */
export const checkAgent = ({ ledger }: Pick<RunContext, 'ledger'>): RunHook => ({
  name: 'agent',
  async prepare({ task, driver }) {
    const agent = await driver.detect();
    if (agent.problem !== null) throw new MakimaError('AGENT_NOT_FOUND', agent.problem);
    const refusal = task.effort === null ? null : await driver.refusedEffort(task.effort);
    if (refusal !== null) throw new MakimaError('AGENT_REFUSED', `The agent does not know this effort: ${refusal}`);
    ledger.say(task.id, `Agent: ${agent.name} ${agent.version ?? 'of unknown version'} (${agent.path ?? agent.command})`);
    return undefined;
  },
});
