/** The native fall-backs with real agents: one turn a process, held to the suite that every driver passes. */
import t from 'tap';
import { killedSuite } from '../agents/suite/killed.ts';
import { driverSuite } from '../agents/suite/suite.ts';
import { oneTurnUnderTest } from './by-protocol.ts';
import { codex, codexUnderTest } from './codex.ts';
import { agentOrSkip } from './install-agent.ts';

// Each of its tests has a bound of its own.
t.setTimeout(1_200_000);

const { program, skip } = await agentOrSkip(codex);

void t.test('codex exec', { skip, timeout: 1_200_000 }, (t) => {
  const agents = [oneTurnUnderTest(codexUnderTest(program), 'codex-exec')];
  driverSuite(t, agents);
  killedSuite(t, agents);
  t.end();
});
