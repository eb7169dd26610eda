import type { JsonObject } from '../../domain/json-object.ts';
import type { AgentSignal } from '../driver.ts';
import { stringAt } from '../json-line.ts';

/** Which of our messages codex has taken, and which of these its model was given: one that an interrupt comes before is taken, and lost. */
export interface MessagesGiven {
  /** It has answered the request with a message. @param id - of both */
  taken(id: string): AgentSignal[];
  /** @param item - a `userMessage`, which its model gets now; it is told twice */
  read(item: JsonObject): AgentSignal[];
}

/** @param maxKept - messages that are told apart */
export const messagesGiven = (maxKept: number): MessagesGiven => {
  const given = new Set<string>();
  /** Those that were taken and are not given yet, in their order. */
  let waiting: string[] = [];
  /** The items of a codex before 0.140, which do not say whose message they are: it is the next one's. */
  const unnamed = new Set<string>();
  /** How many of these came before we knew that their message was taken. */
  let early = 0;

  const give = (id: string): AgentSignal[] => {
    if (given.has(id)) return [];
    if (given.size < maxKept) given.add(id);
    waiting = waiting.filter((each) => each !== id);
    return [{ kind: 'message', id, isRead: true }];
  };

  const readUnnamed = (item: JsonObject): AgentSignal[] => {
    const itemId = stringAt(item, 'id');
    if (itemId === null || unnamed.has(itemId) || unnamed.size >= maxKept) return [];
    unnamed.add(itemId);
    const [next] = waiting;
    if (next !== undefined) return give(next);
    early += 1;
    return [];
  };

  return {
    taken(id) {
      if (given.has(id)) return [];
      if (early > 0) {
        early -= 1;
        return give(id);
      }
      if (waiting.length < maxKept) waiting.push(id);
      return [{ kind: 'message', id, isRead: false }];
    },
    read(item) {
      if (!Object.hasOwn(item, 'clientId')) return readUnnamed(item);
      const ours = stringAt(item, 'clientId');
      // Others are of goals, and of whoever else speaks to the session.
      return ours === null || ours === '' || ours.length > 200 ? [] : give(ours);
    },
  };
};
