import { addUsage, noUsage } from '../../domain/usage.ts';
import type { AgentReader, AgentSignal } from '../driver.ts';
import { amountAt, fieldAt, parseLine, stringAt, typeOf, type JsonObject } from './json-line.ts';
import { isFailure, messageOfResult, usageOfResult } from './result-line.ts';

/** A UUID in practice; anything much longer is no session that could be resumed. */
const maxSessionIdLength = 200;

/** Reads the stdout of one run of Claude Code. The same lines give the same signals, so a run can be read again from its start. */
export const claudeReader = (): AgentReader => {
  let sessionId: string | null = null;
  let usage = noUsage;
  let totalCost = 0;

  // An `init` opens every turn, not only the process. The session's id is taken from there and from nowhere else:
  // `conversation_reset` still carries the old one, and its `new_conversation_id` is not the session that follows.
  const init = (message: JsonObject): AgentSignal[] => {
    const id = stringAt(message, 'session_id');
    const started: AgentSignal = { kind: 'turn-started' };
    if (id === null || id === '' || id.length > maxSessionIdLength || id === sessionId) return [started];
    sessionId = id;
    return [{ kind: 'session', sessionId: id }, started];
  };

  const background = (message: JsonObject): AgentSignal[] => {
    const tasks = fieldAt(message, 'tasks');
    return Array.isArray(tasks) ? [{ kind: 'background', running: tasks.length }] : [];
  };

  const result = (message: JsonObject): AgentSignal[] => {
    usage = addUsage(usage, usageOfResult(message, totalCost));
    totalCost = amountAt(message, 'total_cost_usd');
    return [{ kind: 'turn-ended', isError: isFailure(message), message: messageOfResult(message), usage }];
  };

  const signalsOf = (type: string | null, message: JsonObject): AgentSignal[] => {
    if (type === 'result') return result(message);
    if (type !== 'system') return [];
    const subtype = stringAt(message, 'subtype');
    if (subtype === 'init') return init(message);
    return subtype === 'background_tasks_changed' ? background(message) : [];
  };

  return {
    read: (line) => {
      const message = parseLine(line);
      if (message === null) return { jsonType: null, signals: [] };
      const jsonType = typeOf(message);
      return { jsonType, signals: signalsOf(jsonType, message) };
    },
  };
};
