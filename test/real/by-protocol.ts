import type { AgentUnderTest } from '../agents/suite/agent-under-test.ts';
import { say } from '../claude/directives.ts';

/** An agent as the suite takes it, spoken to one turn a process in place of how it usually is. */
export const oneTurnUnderTest = (under: AgentUnderTest, protocol: string): AgentUnderTest => ({
  ...under,
  title: `${under.title} by ${protocol}`,
  async settings(t, how) {
    const { MAKIMA_AGENTS: agents = '{}', ...settings } = await under.settings(t, how);
    const table: Record<string, object> = JSON.parse(agents);
    return { ...settings, MAKIMA_AGENTS: JSON.stringify({ ...table, [under.agent]: { ...table[under.agent], protocol } }) };
  },
  words: { ...under.words, say },
  isGreeted: false,
  can: { ...under.can, ask: false, messageInTurn: false, oneTurn: true },
});
