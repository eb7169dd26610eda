/** The suites that every driver passes, with one real agent in a file of its own. */
import t from 'tap';
import type { AgentUnderTest } from '../agents/suite/agent-under-test.ts';
import { killedSuite } from '../agents/suite/killed.ts';
import { driverSuite } from '../agents/suite/suite.ts';
import { agentOrSkip, type NpmAgent } from './install-agent.ts';

/**
 * Holds an agent to them, or skips it by name where it cannot be had.
 * @param deaths - the steps at which its daemon is killed: those at which its own start, turn or way of asking counts
 */
export const heldToTheSuite = async (
  agent: NpmAgent,
  underTest: (program: string) => AgentUnderTest,
  deaths: readonly string[],
): Promise<void> => {
  // Each of its tests has a bound of its own.
  t.setTimeout(1_200_000);
  const { program, skip } = await agentOrSkip(agent);
  void t.test(agent.name, { skip, timeout: 1_200_000 }, (t) => {
    driverSuite(t, [underTest(program)]);
    killedSuite(t, [underTest(program)], deaths);
    t.end();
  });
};
