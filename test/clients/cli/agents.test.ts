import t from 'tap';
import { agentLines } from '../../../clients/cli/commands/agents.ts';

const plainly = { paint: (_colour: unknown, text: string): string => text };
const agent = { name: 'a', command: 'a', protocol: 'acp', isDefault: false, path: '/bin/a', version: '1.2.3', problem: null };

void t.test('agents as a person reads them: which can be used, what is wrong and what to do', (t) => {
  t.equal(
    agentLines([{ ...agent, name: 'claude', protocol: 'claude', isDefault: true }], plainly),
    '✓ claude 1.2.3 /bin/a (the default)\n',
  );
  t.equal(
    agentLines([{ ...agent, problem: 'a is not signed in. Run `a login`. Then go on' }], plainly),
    '✗ a 1.2.3 /bin/a a is not signed in (acp)\n    Run `a login`. Then go on\n',
  );
  const missing = { ...agent, path: null, version: null, problem: 'a was not found on the PATH (looked in /bin, /usr/bin). Install it' };
  t.equal(agentLines([missing], plainly), '· a not installed (acp)\n    Install it\n');
  t.equal(agentLines([{ ...missing, isDefault: true }], plainly), '✗ a not installed (the default, acp)\n    Install it\n');
  t.equal(
    agentLines([{ ...missing, command: '/x/a', problem: '/x/a is no program that can be run. Install it' }], plainly),
    '· a /x/a is no program that can be run (acp)\n    Install it\n',
  );
  t.notOk(agentLines([{ ...agent, name: '\u001b[31mred' }], plainly).includes('\u001b'), 'nothing reaches the terminal as a command');
  t.end();
});
