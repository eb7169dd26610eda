import path from 'node:path';
import { Remembered } from '../../domain/remembered.ts';
import { stampAt } from '../../files/stamp.ts';
import { git } from '../command/index.ts';
import { borrowing } from '../repository/index.ts';
import { asWritten } from './commit-facts.ts';

const known = new Remembered<number>(20_000);

/** Where a repository's history ends is written in one file of it; commits themselves say the rest. */
const question = (gitDir: string, commit: string, against: string): string =>
  `${against} ${commit} ${stampAt(path.join(gitDir, 'shallow')).text}`;

/** How many commits a commit has that another one has not in its history: 0 where it is that one or below it. Undefined where nobody has counted. */
export const aheadKnown = (gitDir: string, commit: string, against: string): number | undefined =>
  known.get(question(gitDir, commit, against));

/**
 * Counts that of many commits at once, by one command.
 * @param gitDir - the repository that has the commit which they are counted against
 * @param lenders - those that have the others
 * @throws MakimaError GIT_FAILED where one is nowhere
 */
export const countAhead = async (
  gitDir: string,
  lenders: readonly string[],
  commits: readonly string[],
  against: string,
  signal?: AbortSignal,
): Promise<void> => {
  const questions = new Map<string, string>();
  for (const commit of new Set(commits)) {
    const asked = question(gitDir, commit, against);
    if (known.get(asked) === undefined) questions.set(commit, asked);
  }
  if (questions.size === 0) return;
  const others = [...new Set(lenders)].filter((lender) => lender !== gitDir);
  const { stdout } = await git(['rev-list', '--parents', '--stdin'], {
    gitDir,
    env: { ...asWritten, ...(others.length > 0 && borrowing(others)) },
    input: [...questions.keys(), `^${against}`].map((line) => `${line}\n`).join(''),
    signal,
  });
  const parents = new Map<string, string[]>();
  for (const line of stdout.toString('latin1').split('\n')) {
    const [commit = '', ...above] = line.split(' ');
    if (commit !== '') parents.set(commit, above);
  }
  for (const [commit, asked] of questions) known.set(asked, reachable(parents, commit));
};

const reachable = (parents: ReadonlyMap<string, readonly string[]>, from: string): number => {
  const seen = new Set<string>();
  const left = [from];
  for (let commit = left.pop(); commit !== undefined; commit = left.pop()) {
    if (seen.has(commit) || !parents.has(commit)) continue;
    seen.add(commit);
    left.push(...(parents.get(commit) ?? []));
  }
  return seen.size;
};
