import { stringAt } from '../json-line.ts';
import type { RpcMessage } from '../json-rpc.ts';

type Response = RpcMessage & { kind: 'response' };

const prefix = 'prompt ';
export const promptId = (messageId: string): string => `${prefix}${messageId}`;
export const isPromptId = (id: string): boolean => id.startsWith(prefix);

/** Why a turn ended, where that is not that the agent was done. What is not known here is no problem. */
const stopped: Readonly<Record<string, string>> = {
  max_tokens: "The agent's turn was cut off: its model may write no more at once",
  max_turn_requests: "The agent's turn was cut off: it has asked its model as often as it may in one turn",
  refusal: 'The agent refused to go on',
  cancelled: "The agent's turn was cancelled",
};

/** What kept an agent from ending its turn well, by its answer to the prompt; null where it has. */
export const problemOf = ({ result, error }: Response): string | null => {
  if (error !== null) return error.words;
  const reason = stringAt(result, 'stopReason') ?? '';
  return Object.hasOwn(stopped, reason) ? (stopped[reason] ?? null) : null;
};
