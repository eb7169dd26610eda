import type { AgentAnswer } from '../../src/agents/driver.ts';
import type { RunHook, RunningAgent } from '../../src/runs/hooks/hook.ts';

/**
 * A hook that answers all that agents ask with the same.
 * @param before - done before each answer
 * @param after - told of each that was accepted
 */
export const answersWith = (
  answer: AgentAnswer,
  before: (agent: RunningAgent) => Promise<void> = () => Promise.resolve(),
  after: (given: { delivered: boolean; repeated: boolean }) => void = () => undefined,
): RunHook => ({
  name: 'answers',
  signalled(agent, signal) {
    // The agent's output waits for a hook: an answer that it does not take yet is not waited for.
    if (signal.kind === 'asked') void before(agent).then(async () => after(await agent.answer(signal.request, answer)));
    return Promise.resolve();
  },
});
