import { nameSome } from '../../domain/names/name-some.ts';
import type { LinkReport } from '../../git/worktree/index.ts';
import type { RunContext } from '../context.ts';

const maxNamed = 10;

export const named = (paths: readonly string[]): string => nameSome(paths, maxNamed);

/** Says what became of links that lead out of what was copied. */
export const tellLinks =
  ({ ledger }: Pick<RunContext, 'ledger'>, taskId: string) =>
  async ({ leftOut, broughtFrom }: LinkReport): Promise<void> => {
    if (broughtFrom.length > 0) ledger.say(taskId, `What these links lead to was copied in their place: ${named(broughtFrom)}`);
    if (leftOut.length === 0) return;
    const message = `Left out of the worktree, since by it the agent could change what is not its own: ${named(leftOut)}. Copy what the agent needs of it into the repository, or have the setup command of makima.json make it`;
    await ledger.warn(taskId, { code: 'LINKS_LEFT_OUT', message });
  };
