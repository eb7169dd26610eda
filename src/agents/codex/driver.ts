import type { AgentSettings } from '../agent-settings.ts';
import { actsUnasked } from '../acts-unasked.ts';
import { programOf } from '../detect-program.ts';
import type { AgentDriver } from '../driver.ts';
import { fitsVeryInput } from '../very-input.ts';
import { codexConversation } from './conversation.ts';
import { explainFailure, signIn } from './explain-failure.ts';
import { explainSilence } from './explain-silence.ts';
import { activities, readable } from './said.ts';
import { createSignedOut } from './signed-out.ts';

/**
 * The driver for OpenAI's Codex, spoken to as its own apps do, over `codex app-server`; measured with 0.171.0. Against `codex exec --json`
 * it takes messages in a turn, asks, is interrupted and works any number of turns.
 */
export const codexDriver = (settings: AgentSettings): AgentDriver => {
  const { name, command, args, env, inheritedEnv } = settings;
  const program = programOf(settings);
  const isSignedOut = createSignedOut(args, { ...inheritedEnv, ...env });

  return {
    name,
    takesMessagesInTurn: true,
    takesReasons: true,
    // In the middle of a turn, too: it is closed when there is none.
    endsWithInput: true,
    hasOneTurn: false,
    tellsNoCost: true,
    detect: () => program.detect(),
    whyNotSignedIn: async () => {
      const found = await program.answering();
      if (found === null || !(await isSignedOut(found.path, found.said))) return null;
      return `${command} is not signed in (\`codex login status\` says so): tasks fail. ${signIn}`;
    },
    // It takes any, and its API refuses what the model does not have.
    refusedEffort: () => Promise.resolve(null),
    command: (launch) => ({
      command: program.path(),
      args: [...args, 'app-server'],
      env: { ...env },
      actsUnasked: actsUnasked(launch, settings),
    }),
    converse: (launch) => codexConversation(launch, actsUnasked(launch, settings)),
    fits: fitsVeryInput,
    activities,
    readable,
    explainSilence,
    explainFailure,
  };
};
