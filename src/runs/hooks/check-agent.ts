import { MakimaError } from '../../errors.ts';
import type { StartStep } from './hook.ts';

/** Whether the agent is there at all, before anything is started that would only say "not found". */
export const checkAgent: StartStep = {
  name: 'agent',
  async apply(context, start) {
    const agent = await start.driver.detect();
    if (agent.problem !== null) throw new MakimaError('AGENT_NOT_FOUND', agent.problem);
    context.ledger.say(start.task.id, `Agent: ${agent.name} ${agent.version ?? 'of unknown version'} (${agent.path ?? agent.command})`);
  },
};
