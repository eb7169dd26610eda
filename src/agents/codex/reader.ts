import type { JsonObject } from '../../domain/json-object.ts';
import { noUsage } from '../../domain/usage.ts';
import type { AgentSignal } from '../driver.ts';
import { objectAt, objectsAt, stringAt } from '../json-line.ts';
import { messageIn, type RpcError, type RpcMessage } from '../json-rpc.ts';
import { denialTally } from './denials.ts';
import { threadGate } from './gate.ts';
import { ids } from './handshake.ts';
import { limitMemory } from './limits.ts';
import { messagesGiven } from './messages-given.ts';
import { threadReply, unknownReply } from './replies.ts';
import { declineOf, requestOf, resolvedId } from './requests.ts';
import { tokenTally } from './tokens.ts';

/** UUIDs in practice. */
const maxIdLength = 200;
/** What an errorMessage or a summary may hold. */
const maxMessageLength = 100_000;
/** Of changes that may be asked about, turns of subagents, requests that nobody offers: far beyond what one run has. */
const maxKept = 1000;

const idAt = (object: JsonObject, key: string): string | null => {
  const id = stringAt(object, key);
  return id !== null && id !== '' && id.length <= maxIdLength ? id : null;
};

export interface CodexReader {
  read(message: RpcMessage): AgentSignal[];
  /** Once messages can come. */
  readonly threadId: string | null;
  /** The turn that is open. */
  readonly turnId: string | null;
  readonly usage: typeof noUsage;
}

/** What an error of a turn says, its details too. */
const wordsOf = (error: JsonObject): string => {
  const [message, details] = [messageIn(stringAt(error, 'message') ?? 'The turn failed'), stringAt(error, 'additionalDetails')];
  return (details === null || message.includes(details) ? message : `${message}: ${details}`).slice(0, maxMessageLength);
};

/**
 * Reads what `codex app-server` tells in one run: its own thread, and those of subagents, which it starts beside it.
 * @param servers - of tools, by their names, that are to be there before its model is asked for anything
 */
export const codexReader = (threadRequest: string, servers: readonly string[]): CodexReader => {
  const gate = threadGate(servers);
  let threadId: string | null = null;
  let turnId: string | null = null;
  /** What it said last in the turn. */
  let lastText: string | null = null;
  const tokens = tokenTally();
  const limits = limitMemory();
  const denials = denialTally();
  /** Changes of files that have begun: who asks about one names its item alone. */
  const changes = new Map<string, JsonObject>();
  /** Turns of subagents that are open. */
  const others = new Set<string>();
  /** It has a goal, for which it begins turn after turn by itself until it is reached. */
  let hasGoal = false;
  const received = messagesGiven(maxKept);
  /** The turns of its own that have begun. */
  const turns = new Set<string>();
  let refused = 0;

  const background = (): AgentSignal => ({ kind: 'background', running: others.size + (hasGoal ? 1 : 0) });
  const failed = (message: string): AgentSignal => ({ kind: 'turn-ended', isError: true, message, usage: tokens.usage });

  const turnEnded = (turn: JsonObject): AgentSignal[] => {
    const status = stringAt(turn, 'status');
    const error = objectAt(turn, 'error') ?? {};
    const said = objectsAt(turn, 'items').findLast((item) => stringAt(item, 'type') === 'agentMessage');
    const text = (said && stringAt(said, 'text')) ?? lastText;
    const { denied, allDenied } = denials;
    const limit = status === 'failed' ? limits.of(error) : null;
    const whyIdle = status === 'completed' && allDenied ? `Every tool that the agent tried was denied: ${denied.join(', ')}` : null;
    turnId = null;
    lastText = null;
    changes.clear();
    // After a turn that failed, or was given up, it goes on with nothing by itself.
    const gaveUp = hasGoal && status !== 'completed';
    if (gaveUp) hasGoal = false;
    return [
      ...(gaveUp ? [background()] : []),
      ...(limit === null ? [] : [{ kind: 'limited' as const, ...limit }]),
      {
        kind: 'turn-ended',
        isError: status !== 'completed' || whyIdle !== null,
        message: whyIdle ?? (status === 'completed' ? text : status === 'interrupted' ? 'The turn was interrupted' : wordsOf(error)),
        usage: tokens.usage,
        ...(denied.length > 0 && { denied }),
        ...(limit !== null && { limit }),
      },
    ];
  };

  const turnChanged = (method: string, params: JsonObject): AgentSignal[] => {
    const turn = objectAt(params, 'turn') ?? {};
    const id = idAt(turn, 'id');
    const isOwn = stringAt(params, 'threadId') === threadId;
    if (id === null) return [];
    if (!isOwn) {
      if (method === 'turn/completed') others.delete(id);
      else if (others.size < maxKept) others.add(id);
      return [background()];
    }
    if (method === 'turn/completed') return turnEnded(turn);
    turnId = id;
    if (turns.size < maxKept) turns.add(id);
    return [{ kind: 'turn-started' }];
  };

  const itemChanged = (method: string, params: JsonObject): AgentSignal[] => {
    const item = objectAt(params, 'item') ?? {};
    const [id, type] = [idAt(item, 'id'), stringAt(item, 'type')];
    if (method === 'item/completed') denials.take(item);
    if (type === 'fileChange' && id !== null && changes.size < maxKept) changes.set(id, item);
    if (stringAt(params, 'threadId') !== threadId) return [];
    if (type === 'agentMessage' && method === 'item/completed') lastText = stringAt(item, 'text')?.slice(0, maxMessageLength) ?? lastText;
    return type === 'userMessage' ? received.read(item) : [];
  };

  const goalChanged = (isActive: boolean): AgentSignal[] => {
    if (isActive === hasGoal) return [];
    hasGoal = isActive;
    return [background()];
  };

  const notified = (method: string, params: JsonObject): AgentSignal[] => {
    switch (method) {
      case 'turn/started':
      case 'turn/completed':
        return turnChanged(method, params);
      case 'item/started':
      case 'item/completed':
        return itemChanged(method, params);
      case 'thread/tokenUsage/updated': {
        const isOwn = stringAt(params, 'threadId') === threadId;
        // At the start of a run it tells again what the session's last turn has used.
        if (!isOwn || (turnId !== null && turns.has(stringAt(params, 'turnId') ?? ''))) tokens.take(params, isOwn);
        return [];
      }
      case 'thread/goal/updated':
      case 'thread/goal/cleared':
        return goalChanged(stringAt(objectAt(params, 'goal') ?? {}, 'status') === 'active' && stringAt(params, 'threadId') === threadId);
      case 'account/rateLimits/updated':
        limits.take(params);
        return [];
      case 'mcpServer/startupStatus/updated':
        return gate.server(params);
      case 'serverRequest/resolved': {
        const requestId = resolvedId(params);
        return requestId === null ? [] : [{ kind: 'withdrawn', requestId }];
      }
      default:
        return [];
    }
  };

  /** The thread has begun, or is there again. */
  const opened = (result: JsonObject, error: RpcError | null): AgentSignal[] => {
    if (threadId !== null) return [];
    if (error !== null) return [failed(error.words)];
    threadId = idAt(objectAt(result, 'thread') ?? {}, 'id');
    return threadId === null ? [failed('codex has begun no thread')] : gate.begun(threadId);
  };

  const answered = (id: string, result: JsonObject, error: RpcError | null): AgentSignal[] => {
    if (id === ids.greeting) return error === null ? [threadReply(threadRequest)] : [failed(error.words)];
    if (id === ids.thread) return opened(result, error);
    if (id === ids.anything) return gate.asked();
    if (id.startsWith(ids.interrupt)) return [];
    // One that it does not take begins no turn, and nobody would wait for its end.
    return error !== null && turnId === null ? [...received.taken(id), failed(error.words)] : received.taken(id);
  };

  return {
    read(message) {
      if (message.kind === 'notification') return notified(message.method, message.params);
      if (message.kind === 'response') return answered(message.id, message.result, message.error);
      const { id, method, params } = message;
      const request = requestOf(id, method, params, changes.get(stringAt(params, 'itemId') ?? '') ?? null);
      if (request !== null) return [{ kind: 'asked', request }];
      if (refused >= maxKept) return [];
      refused += 1;
      return [unknownReply(id, declineOf(id, method), method)];
    },
    get threadId() {
      return gate.threadId;
    },
    get turnId() {
      return turnId;
    },
    get usage() {
      return tokens.usage;
    },
  };
};
