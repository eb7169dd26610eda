import { askProgram } from '../agents/ask-program.ts';
import { findProgram, searchedFolders } from '../agents/find-program.ts';
import type { KnownAgent } from '../agents/index.ts';
import { readVersion } from '../agents/read-version.ts';
import { bad, good, note, type Finding } from './finding.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `git merge-tree --write-tree`, by which merges are worked out with nothing touched, came with it. */
const oldestGit = [2, 38] as const;

const isOlder = (version: string, [major, minor]: readonly [number, number]): boolean => {
  const [, ownMajor = 0, ownMinor = 0] = (/^(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
};

const notFound = (name: string, env: Environment, without: string): Finding =>
  bad(name, `It was not found (looked in ${searchedFolders(env)}).`, `Install it: without it ${without}.`);

export const lookAtGit = async (env: Environment): Promise<Finding> => {
  const path = findProgram('git', env);
  if (path === null) return notFound('git', env, 'no task with a repository can run');
  const answer = readVersion(await askProgram(path, ['--version'], env));
  if (answer.kind === 'unusable') return bad('git', `${path} cannot be run: ${answer.reason}`, 'Install git anew.');
  const version = answer.kind === 'version' ? answer.version : '';
  if (isOlder(version, oldestGit))
    return bad(
      'git',
      `${path} is ${version || 'of no known version'}.`,
      `Install git ${oldestGit.join('.')} or later: merges and previews need it.`,
    );
  return good('git', `${version}, ${path}`);
};

/** What agents and orchestrators need beside git. */
export const lookAtTools = (env: Environment): Finding[] =>
  (
    [
      ['bash', 'agents have no shell, and orchestrators no helper script'],
      ['curl', 'orchestrators cannot reach makima'],
    ] as const
  ).map(([name, without]) => {
    const path = findProgram(name, env);
    return path === null ? notFound(name, env, without) : good(name, path);
  });

/** One agent: whether it is there, and whether it says that it is signed in; null where it is not, and nobody has asked for it. */
const lookAtAgent = async ({ driver, isAskedFor }: KnownAgent): Promise<Finding | null> => {
  const { name, path, version, problem } = await driver.detect();
  if (path === null && !isAskedFor) return null;
  const what = `agent ${name}`;
  const [says, ...remedy] = (problem ?? (await driver.whyNotSignedIn()) ?? '').split(/\. (?=[A-Z])/);
  if (says === undefined || says === '') return good(what, [version, path].filter((each) => each !== null).join(', '));
  const toDo = remedy.length === 0 ? 'Run it in a terminal to see what it lacks.' : `${remedy.join('. ')}.`;
  return (isAskedFor ? bad : note)(what, `${says}.`, toDo);
};

/** Each agent that is there or that somebody has asked for, and in one line the others that could be had. */
export const lookAtAgents = async (agents: readonly KnownAgent[]): Promise<Finding[]> => {
  const looked = await Promise.all(agents.map(lookAtAgent));
  const without = agents.filter((_, index) => looked[index] === null).map(({ driver }) => driver.name);
  const found = looked.filter((each) => each !== null);
  return without.length === 0
    ? found
    : [...found, good('other agents', `${without.join(', ')} can be used as well, where they are installed`)];
};

/** That Node will do is why this runs at all. */
export const lookAtNode = (): Finding => {
  const { version, execPath } = process;
  return /^v(?:22|24)\./.test(version)
    ? good('node', `${version}, ${execPath}`)
    : note('node', `${version}, ${execPath}: makima is tried with 22 and 24.`, 'Where something is odd, try it with Node 24.');
};
