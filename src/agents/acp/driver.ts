import type { AgentSettings } from '../agent-settings.ts';
import { actsUnasked } from '../acts-unasked.ts';
import { programOf } from '../detect-program.ts';
import type { AgentDriver } from '../driver.ts';
import { fitsVeryInput } from '../very-input.ts';
import { acpConversation } from './conversation.ts';
import { explainFailure } from './explain-failure.ts';
import { explainSilence } from './explain-silence.ts';
import { activities, readable } from './said.ts';

/**
 * The driver of every agent that speaks version 1 of the Agent Client Protocol over its stdin and stdout. It is told of a model, an effort
 * and a mode over that, and of nothing by arguments but those of its entry in the table.
 */
export const acpDriver = (settings: AgentSettings): AgentDriver => {
  const program = programOf(settings);
  const hasVariable = (variable: string): boolean => Boolean(settings.env[variable] ?? settings.inheritedEnv[variable]);

  return {
    name: settings.name,
    takesMessagesInTurn: false,
    takesReasons: false,
    endsWithInput: false,
    hasOneTurn: false,
    countsSession: true,
    detect: () => program.detect(),
    // The protocol has no question for it that needs no session.
    whyNotSignedIn: () => Promise.resolve(null),
    refusedEffort: () => Promise.resolve(null),
    command: (launch) => ({
      command: program.path(),
      args: [...settings.args, ...(launch.session === null ? [] : (settings.resumeArgs?.(launch.session) ?? []))],
      env: { ...settings.env },
      actsUnasked: actsUnasked(launch, settings),
    }),
    converse: (launch) => acpConversation(launch, { actsUnasked: actsUnasked(launch, settings), hasVariable }),
    fits: fitsVeryInput,
    activities,
    readable,
    explainSilence,
    explainFailure: (message) => explainFailure(message, settings),
  };
};
