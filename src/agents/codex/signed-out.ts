import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { askProgram } from '../ask-program.ts';
import { keepSignedOut, type SignedOut } from '../ask-signed-out.ts';

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
export const createSignedOut = (args: readonly string[], env: Env, now: () => number = () => performance.now()): SignedOut => {
  const ask = async (path: string): Promise<boolean> => {
    if (await hasOwnProvider(args, env)) return false;
    const answer = await askProgram(path, ['login', 'status'], env);
    return typeof answer !== 'string' && answer.code === 1 && /^not logged in\s*$/im.test(`${answer.stdout}\n${answer.stderr}`);
  };

  const kept = keepSignedOut(ask, now);
  return async (path, said) => {
    if (!/^codex-cli \d/.test(said)) return false;
    return kept(path, said);
  };
};
