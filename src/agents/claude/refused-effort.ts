import { Remembered } from '../../domain/remembered.ts';
import { askProgram } from '../ask-program.ts';
import type { ClaudeSettings } from './command.ts';
import { isKnownClaude } from './known-version.ts';

/** More than there are efforts; a caller who makes them up has a process for each. */
const mostKept = 32;

/**
 * Asks claude itself whether it knows an effort. In a run it only warns of one that it does not know, and works with its default
 * (2.1.330); the same warning comes before its version, which takes a tenth of a second. One so old that it has no such option says
 * that. A program that is no Claude Code is not asked.
 * @returns what it says of the option, null where it takes it; asked once for a program and an effort
 */
export const createRefusedEffort = (
  settings: ClaudeSettings,
  env: NodeJS.ProcessEnv,
): ((path: string, said: string, effort: string) => Promise<string | null>) => {
  const kept = new Remembered<Promise<string | null>>(mostKept);

  const ask = async (key: string, path: string, effort: string): Promise<string | null> => {
    const answer = await askProgram(path, [...settings.preArgs, '--effort', effort, '--version'], env);
    // What could not be asked now may be asked at the next start.
    if (typeof answer === 'string' || answer.code === null) {
      kept.delete(key);
      return null;
    }
    return answer.stderr.split('\n').find((line) => line.includes('--effort')) ?? null;
  };

  return (path, said, effort) => {
    if (!isKnownClaude(said)) return Promise.resolve(null);
    const key = JSON.stringify([path, said, effort]);
    const before = kept.get(key);
    if (before !== undefined) return before;
    const answer = ask(key, path, effort);
    kept.set(key, answer);
    return answer;
  };
};
