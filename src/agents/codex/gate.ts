import type { JsonObject } from '../../domain/json-object.ts';
import type { AgentSignal } from '../driver.ts';
import { stringAt } from '../json-line.ts';
import { rpcLine } from '../json-rpc.ts';
import { ids } from './handshake.ts';

/** When a thread that has begun takes messages. */
export interface Gate {
  /** The thread is there. */
  begun(threadId: string): AgentSignal[];
  /** What was asked after that is answered, whatever with. */
  asked(): AgentSignal[];
  /** A server of tools starts, is there, or is not. @param params - of `mcpServer/startupStatus/updated` */
  server(params: JsonObject): AgentSignal[];
  /** The thread's, once messages can come. */
  readonly threadId: string | null;
}

/** Costs codex nothing. */
const anything = rpcLine({ id: ids.anything, method: 'thread/loaded/list', params: {} });

/**
 * A first message that comes before the run's servers of tools are there is answered by a model that does not see them. codex says when one
 * starts and when it is there, about when it answers that the thread has begun, or after: by the answer to something that is asked later, a
 * start would have been told. One before 0.140 tells of none, and is not waited for.
 * @param names - of the servers that the run brings; those of the user's own are not waited for
 */
export const threadGate = (names: readonly string[]): Gate => {
  let thread: string | null = null;
  let isOpen = false;
  let wasAsked = names.length === 0;
  const starting = new Set<string>();

  const openIfReady = (): AgentSignal[] => {
    if (thread === null || isOpen || !wasAsked || starting.size > 0) return [];
    isOpen = true;
    return [{ kind: 'session', sessionId: thread }];
  };

  return {
    begun(threadId) {
      thread = threadId;
      return wasAsked ? openIfReady() : [{ kind: 'reply', id: ids.anything, bytes: anything }];
    },
    asked() {
      wasAsked = true;
      return openIfReady();
    },
    server(params) {
      const name = stringAt(params, 'name');
      if (name === null || !names.includes(name)) return [];
      if (stringAt(params, 'status') === 'starting') starting.add(name);
      else starting.delete(name);
      return openIfReady();
    },
    get threadId() {
      return isOpen ? thread : null;
    },
  };
};
