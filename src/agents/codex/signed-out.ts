import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { askProgram } from '../ask-program.ts';

/** An answer changes when the user signs in or out: so long it is taken for true, in milliseconds. */
const keptMs = { signedOut: 60_000, other: 600_000 };

/** With another provider than OpenAI, or a key that one of the settings names, codex needs no login. */
const ownProvider = /^\s*(?:model_provider\s*=(?!\s*["']openai["'])|openai_base_url\s*=|oss_provider\s*=)/m;

type Env = Readonly<Record<string, string | undefined>>;

const hasOwnProvider = async (args: readonly string[], env: Env): Promise<boolean> => {
  if (args.some((arg) => /model_provider|^--(?:profile|oss)\b|^-p$/.test(arg))) return true;
  const folder = env['CODEX_HOME'] || join(env['HOME'] || homedir(), '.codex');
  const settings = await readFile(join(folder, 'config.toml'), 'utf8').catch(() => '');
  return ownProvider.test(settings);
};

/**
 * Asks codex itself whether it is signed in. Only a plain no counts, and not where its settings name another provider, of which `codex login`
 * knows nothing.
 * @param now - the time in milliseconds
 * @returns whether it says that it is not; it runs at most once a minute, and costs a process of a tenth of a second
 */
export const createSignedOut = (
  args: readonly string[],
  env: Env,
  now: () => number = () => performance.now(),
): ((path: string, said: string) => Promise<boolean>) => {
  let last: { key: string; until: number; isOut: Promise<boolean> } | null = null;

  const ask = async (path: string): Promise<boolean> => {
    if (await hasOwnProvider(args, env)) return false;
    const answer = await askProgram(path, ['login', 'status'], env);
    return typeof answer !== 'string' && answer.code === 1 && /^not logged in\s*$/im.test(`${answer.stdout}\n${answer.stderr}`);
  };

  return async (path, said) => {
    if (!/^codex-cli \d/.test(said)) return false;
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
