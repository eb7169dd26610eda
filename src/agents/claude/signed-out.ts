import { askProgram } from '../ask-program.ts';
import type { ClaudeSettings } from './command.ts';
import { isKnownClaude } from './known-version.ts';

/** An answer changes when the user signs in or out, which no file on every platform tells: so long it is taken for true, in milliseconds. */
const keptMs = { signedOut: 60_000, other: 600_000 };

/**
 * Asks claude itself whether it is signed in: it knows of a login, ANTHROPIC_API_KEY and other variables, an apiKeyHelper and
 * env in the user's settings, and other providers. Only a plain no counts. A program that is no Claude Code is not asked, nor one
 * that gets its settings by arguments, which may bring a key.
 * @param now - the time in milliseconds
 * @returns whether it says that it is not; it runs at most once a minute, and costs a process of half a second
 */
export const createSignedOut = (
  settings: ClaudeSettings,
  env: NodeJS.ProcessEnv,
  now: () => number = () => performance.now(),
): ((path: string, said: string) => Promise<boolean>) => {
  let last: { key: string; until: number; isOut: Promise<boolean> } | null = null;

  const ask = async (path: string): Promise<boolean> => {
    const answer = await askProgram(path, [...settings.preArgs, 'auth', 'status'], env);
    if (typeof answer === 'string') return false;
    try {
      const status: unknown = JSON.parse(answer.stdout);
      return typeof status === 'object' && status !== null && 'loggedIn' in status && status.loggedIn === false;
    } catch {
      return false; // Other words than those that were tried say nothing.
    }
  };

  return async (path, said) => {
    if (!isKnownClaude(said) || settings.args.some((arg) => /^--settings(=|$)/.test(arg))) return false;
    const key = JSON.stringify([path, said]);
    if (last === null || last.key !== key || last.until <= now()) {
      const isOut = ask(path);
      const asked = { key, until: Infinity, isOut };
      last = asked;
      asked.until = now() + ((await isOut) ? keptMs.signedOut : keptMs.other);
    }
    return last.isOut;
  };
};
