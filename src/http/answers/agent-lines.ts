import type { Agent } from '../../../schemas/info.ts';
import { withinLine } from './text-answers.ts';

/** The first sentence says what is the matter, the others what to do. */
const stateOf = ({ path, problem }: Agent): string => {
  if (problem === null) return 'ready';
  return path === null ? 'not installed' : (withinLine(problem).split(/\. (?=[A-Z])/)[0] ?? '');
};

/** What keeps an agent from working without the folders in which it was looked for: whoever pays for each word gains nothing by them. */
export const shortProblem = (problem: string | null): string | null => problem?.replace(/ \(looked in [^\n]*?\)(?=\. )/, '') ?? null;

/** Agents for a shell, one line each: `name`, `version` (- where none is known) and `ready` or what keeps it from working, with tabs between. */
export const agentLines = (agents: readonly Agent[]): string =>
  agents.map((agent) => `${agent.name}\t${withinLine(agent.version ?? '-')}\t${stateOf(agent)}\n`).join('');
