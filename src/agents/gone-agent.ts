import { noUsage } from '../domain/usage.ts';
import { MakimaError } from '../errors.ts';
import type { AgentConversation, AgentDriver } from './driver.ts';

/** Why an agent that is not in the table any more cannot be spoken to, and what to do, without its last full stop. */
const whyGone = (name: string): string =>
  `There is no agent called ${JSON.stringify(name)} any more, and nobody knows how to speak to it. Put it back into MAKIMA_AGENTS and restart makima`;

/**
 * Why a run that an earlier daemon began cannot be understood by this one, and what to do, without its last full stop; null where it can.
 * @param now - the agent's protocol, null where there is no such agent
 * @param begun - the protocol with which the run was begun, where that is known
 */
export const whyLost = (name: string, now: string | null, begun: string | undefined): string | null => {
  if (now === null) return `${whyGone(name)}; then start the task again, with resume to go on with its session. Its worktree is kept`;
  if (begun === undefined || begun === now) return null;
  return `The settings say ${now} for the agent ${JSON.stringify(name)}, and this run of it was begun with ${begun}: nobody can speak to it any more. Start the task again; its worktree is kept`;
};

/** It is said nothing, and nothing of what it says means anything. */
const silentConversation = (): AgentConversation => ({
  greeting: null,
  isOpen: false,
  read: () => ({ jsonType: null, signals: [] }),
  userMessage: () => '',
  answerMessage: () => null,
  interruptMessage: () => null,
  usage: noUsage,
});

/**
 * Stands for an agent that tasks have and the table has not any more, or has otherwise than one of its runs: a run of it cannot begin, what
 * it wrote is read as it is, and one that still runs can be watched and ended, but not understood.
 */
export const goneAgent = (name: string): AgentDriver => ({
  name,
  takesMessagesInTurn: false,
  takesReasons: false,
  endsWithInput: true,
  hasOneTurn: false,
  detect: () => Promise.resolve({ name, command: name, path: null, version: null, problem: whyGone(name) }),
  whyNotSignedIn: () => Promise.resolve(null),
  refusedEffort: () => Promise.resolve(null),
  command: () => {
    throw new MakimaError('AGENT_NOT_FOUND', whyGone(name));
  },
  converse: silentConversation,
  fits: () => false,
  activities: () => [],
  readable: (line) => line,
  explainSilence: () => whyGone(name),
  explainFailure: (message) => message,
});
