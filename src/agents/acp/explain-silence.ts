import { firstLine } from '../../../words/first-line.ts';
import { objectAt, stringAt } from '../json-line.ts';
import { readRpc } from '../json-rpc.ts';
import { told } from './wire.ts';

const maxNameLength = 100;

const begins =
  'its session has not begun, which it does within seconds as a rule. Likely a sign-in that waits for somebody, an MCP server or the network hangs: run it once in a terminal, as the same user, in the worktree';

/** What an agent tells before its model says anything. */
const beforeModel = /^(?:available_commands|current_mode|config_option|session_info)_update$|^user_message_chunk$/;

/** What an agent that prints nothing is likely to be at, and what to do; without its last full stop. */
export const explainSilence = (lastLine: string | null): string => {
  const message = lastLine === null ? null : readRpc(lastLine);
  if (lastLine === null || (message?.kind === 'response' && (message.id === 'initialize' || message.id === 'authenticate'))) return begins;
  const update = message?.kind === 'notification' ? (objectAt(message.params, 'update') ?? {}) : {};
  const isOther = message?.kind === 'notification' && message.method !== told.update;
  if (message?.kind === 'response' || isOther || beforeModel.test(stringAt(update, 'sessionUpdate') ?? ''))
    return 'its model has not answered yet. It may think long; else check the network, the proxy settings and its key';
  const status = stringAt(update, 'status');
  if (stringAt(update, 'toolCallId') === null || status === 'completed' || status === 'failed')
    return 'it may be working on something long, or hang';
  return `its tool ${firstLine(stringAt(update, 'title') ?? 'call', maxNameLength)} has not ended; it may be working on something long, or hang`;
};
