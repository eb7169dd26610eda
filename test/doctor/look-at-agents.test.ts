import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { agentDrivers } from '../../src/agents/index.ts';
import { lookAtAgents } from '../../src/doctor/look-at-programs.ts';
import { claudeSettings } from '../support/claude-settings.ts';

void t.test('an agent that is not installed is a problem for who has asked for it, and else one that could be had', async (t) => {
  const directory = t.testdir();
  const program = (name: string, text: string): void => {
    const file = join(directory, name);
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  };
  program('claude', '#!/bin/sh\necho 1.2.3\n');
  // Nobody has asked for either.
  program('qwen', '#!/bin/sh\necho 4.5.6\n');
  program('goose', '#!/no/such/interpreter\n');
  const { all } = agentDrivers({
    claude: claudeSettings({ inheritedEnv: { PATH: directory } }),
    agents: { gemini: {}, mine: { command: '/no/mine', protocol: 'claude' } },
  });
  const findings = await lookAtAgents(all);
  const of = (name: string) => findings.find(({ what }) => what === `agent ${name}`);
  t.match(of('claude'), { state: 'good', says: /^1\.2\.3, \// });
  t.match(of('qwen'), { state: 'good', says: /^4\.5\.6, \// });
  t.match(of('goose'), { state: 'note', says: /cannot be run/, remedy: /Install it/ });
  t.match(of('gemini'), { state: 'bad', says: /was not found/, remedy: /npm install -g @google\/gemini-cli.*MAKIMA_AGENTS/ });
  t.match(of('mine'), { state: 'bad', says: '/no/mine is no program that can be run.', remedy: /correct its command in MAKIMA_AGENTS/ });
  t.match(findings.at(-1), { what: 'other agents', state: 'good', says: /^codex, opencode, copilot can be used as well/ });
  t.equal(findings.length, 6);

  const other = await lookAtAgents(agentDrivers({ claude: claudeSettings({ inheritedEnv: { PATH: '/no' } }), defaultAgent: 'qwen' }).all);
  t.match(
    other.map(({ what, state }) => [what, state]),
    [
      ['agent qwen', 'bad'],
      ['other agents', 'good'],
    ],
    'without claude for who works with another',
  );
});
