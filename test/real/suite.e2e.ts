/** The suite that every driver passes, with real agents. */
import t from 'tap';
import { killedSuite } from '../agents/suite/killed.ts';
import { driverSuite } from '../agents/suite/suite.ts';
import { codex, codexUnderTest } from './codex.ts';
import { gemini } from './gemini.ts';
import { geminiInTheSuite, opencodeInTheSuite } from './in-the-suite.ts';
import { agentOrSkip } from './install-agent.ts';
import { opencode } from './opencode.ts';

// Each of its tests has a bound of its own.
t.setTimeout(3_600_000);

for (const [agent, underTest] of [
  [codex, codexUnderTest],
  [gemini, geminiInTheSuite],
  [opencode, opencodeInTheSuite],
] as const) {
  const { program, skip } = await agentOrSkip(agent);
  void t.test(agent.name, { skip, timeout: 1_800_000 }, (t) => {
    driverSuite(t, [underTest(program)]);
    if (agent === codex) killedSuite(t, [underTest(program)]);
    t.end();
  });
}
