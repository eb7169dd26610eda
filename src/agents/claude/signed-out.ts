import { askProgram } from '../ask-program.ts';
import { keepSignedOut, type SignedOut } from '../ask-signed-out.ts';
import type { ClaudeSettings } from './command.ts';
import { isKnownClaude } from './known-version.ts';

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
): SignedOut => {
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

  const kept = keepSignedOut(ask, now);
  return async (path, said) => {
    if (!isKnownClaude(said) || settings.args.some((arg) => /^--settings(=|$)/.test(arg))) return false;
    return kept(path, said);
  };
};
