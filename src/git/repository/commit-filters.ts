import { Remembered } from '../../domain/remembered.ts';
import { git, sharedStep } from '../command/index.ts';

const share = sharedStep<readonly string[]>();
/** A commit says the same for ever. */
const remembered = new Remembered<readonly string[]>(200);

/**
 * The lines of a commit's attributes that speak of filters, programs that change what is checked out. Asked of git once a commit.
 * @param gitDir - has its objects
 */
export const filtersOf = async (gitDir: string, commit: string, signal?: AbortSignal): Promise<readonly string[]> =>
  remembered.get(commit) ??
  (await share(commit, async (running) => remembered.get(commit) ?? (await look(gitDir, commit, running)), signal));

const look = async (gitDir: string, commit: string, signal: AbortSignal): Promise<readonly string[]> => {
  const { stdout } = await git(
    ['grep', '-h', '--text', '--no-color', '-e', 'filter', commit, '--', ':(top,glob).gitattributes', ':(top,glob)**/.gitattributes'],
    { gitDir, signal, answers: [1] },
  );
  const lines = stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  remembered.set(commit, lines);
  return lines;
};
