/** The suite that every driver passes, with real agents. */
import t from 'tap';
import { killedSuite } from '../agents/suite/killed.ts';
import { driverSuite } from '../agents/suite/suite.ts';
import { codex, codexUnderTest } from './codex.ts';
import { agentOrSkip } from './install-agent.ts';

// Each of its tests has a bound of its own.
t.setTimeout(1_200_000);

const { program, skip } = await agentOrSkip(codex);

void t.test('codex', { skip, timeout: 1_200_000 }, (t) => {
  driverSuite(t, [codexUnderTest(program)]);
  killedSuite(t, [codexUnderTest(program)]);
  t.end();
});
