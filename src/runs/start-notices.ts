import type { AgentDriver } from '../agents/driver.ts';
import { findProgram, searchedFolders } from '../agents/find-program.ts';

/** What beside the agent has to be there, and what does not work without it. */
const tools: readonly (readonly [string, string])[] = [
  ['git', 'no task with a repository can run'],
  ['bash', 'agents have no shell, and orchestrators no helper script'],
  ['curl', 'orchestrators cannot reach makima'],
];

/** A sentence for each program that is not there. It looks at files and starts none. */
export const missingTools = (env: Readonly<Record<string, string>>): string[] =>
  tools
    .filter(([name]) => findProgram(name, env) === null)
    .map(
      ([name, without]) =>
        `${name} was not found (looked in ${searchedFolders(env)}), so ${without}. Install it, or start makima with a PATH that has it.`,
    );

/**
 * What the user should know at once of a daemon that has started, a sentence each.
 * @param about.setAside - where a damaged state file was put, null where none was
 * @param about.found - how many tasks were found again by their worktrees
 */
export const startNotices = async (about: {
  setAside: string | null;
  found: number;
  env: Readonly<Record<string, string>>;
  driver: AgentDriver;
}): Promise<string[]> => {
  // Processes of half a second each.
  const [{ problem }, whyNot] = await Promise.all([about.driver.detect(), about.driver.whyNotSignedIn()]);
  const signedOut = problem === null ? whyNot : null;
  return [
    ...(about.setAside === null ? [] : [`The state file was damaged. It was put aside as ${about.setAside}, and a new one begun.`]),
    ...(about.found === 0 ? [] : [`${about.found} tasks were found again by their worktrees; their agents no longer run.`]),
    ...(problem === null ? [] : [`No task can run yet: ${problem}.`]),
    ...(signedOut === null ? [] : [`${signedOut}.`]),
    ...missingTools(about.env),
  ];
};
