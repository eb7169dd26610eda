import { firstLine } from '../../../words/first-line.ts';
import { objectAt } from '../json-line.ts';
import { readRpc } from '../json-rpc.ts';
import { toolOf } from './items.ts';

const maxNameLength = 100;

/** What an agent that prints nothing is likely to be at, and what to do; without its last full stop. */
export const explainSilence = (lastLine: string | null): string => {
  const message = lastLine === null ? null : readRpc(lastLine);
  if (message === null || message.kind === 'response')
    return 'its session has not begun, which it does within seconds as a rule. Likely a server of tools in ~/.codex/config.toml, a keychain that waits for somebody, or the network hangs: to see which, run `codex exec hello` in the worktree, as the same user';
  const tool = message.kind === 'notification' && message.method === 'item/started' ? toolOf(objectAt(message.params, 'item') ?? {}) : null;
  return tool === null
    ? 'the model has not answered yet. It may think long; else check the network and the proxy settings'
    : `its tool ${firstLine(tool.name, maxNameLength)} has not ended; it may be working on something long, or hang`;
};
