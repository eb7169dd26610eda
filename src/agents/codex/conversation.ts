import type { AgentAnswer, AgentConversation, AgentLaunch } from '../driver.ts';
import { readRpc, rpcLine } from '../json-rpc.ts';
import { greeting, ids, threadRequest } from './handshake.ts';
import { codexReader } from './reader.ts';
import { answerOf } from './requests.ts';

/** What an answer has to say beside yes and no, for which codex's has no place: the model is told it as the user's words, in the same turn. */
const wordsOf = (answer: AgentAnswer): string | null => {
  if (answer.decision === 'allow')
    return answer.input === undefined ? null : `Not this, but the same with this instead: ${JSON.stringify(answer.input)}`;
  return answer.interrupt === true || answer.message.trim() === '' ? null : answer.message;
};

/** codex takes no other input in the place of its own: what was allowed only with another one is not let as it stands. */
const decisionOf = (answer: AgentAnswer): AgentAnswer =>
  answer.decision === 'allow' && answer.input !== undefined ? { decision: 'deny', message: '' } : answer;

/**
 * The conversation with `codex app-server`, which is JSON-RPC over stdio without its header (measured with 0.171.0).
 * @param actsUnasked - it is told to do everything and to ask nothing
 */
export const codexConversation = (launch: AgentLaunch, actsUnasked: boolean): AgentConversation => {
  const reader = codexReader(threadRequest(launch, actsUnasked), Object.keys(launch.mcp ?? {}));

  /** With a turn that is open `turn/start` adds to that, so that no message comes too late for its turn. */
  const say = (text: string, id: string): string =>
    rpcLine({
      id,
      method: 'turn/start',
      params: { threadId: reader.threadId, clientUserMessageId: id, input: [{ type: 'text', text, text_elements: [] }] },
    });

  let unnamed = 0;
  return {
    greeting,
    get isOpen() {
      return reader.threadId !== null;
    },
    read: (line) => {
      const message = readRpc(line);
      return { jsonType: null, signals: message === null ? [] : reader.read(message) };
    },
    userMessage: (text, id) => say(text, id ?? `message ${(unnamed += 1)}`),
    answerMessage: (request, answer) => {
      const words = wordsOf(answer);
      // First, so that its model is asked after both.
      return (words === null ? '' : say(words, `about ${request.id}`)) + answerOf(request, decisionOf(answer));
    },
    interruptMessage: () => {
      const { threadId, turnId } = reader;
      if (threadId === null || turnId === null) return null;
      return rpcLine({ id: `${ids.interrupt} ${turnId}`, method: 'turn/interrupt', params: { threadId, turnId } });
    },
    get usage() {
      return reader.usage;
    },
  };
};
