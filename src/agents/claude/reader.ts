import type { JsonObject } from '../../domain/json-object.ts';
import { addUsage, noUsage } from '../../domain/usage.ts';
import type { AgentConversation, AgentSignal } from '../driver.ts';
import { amountAt, fieldAt, parseLine, stringAt, typeOf } from '../json-line.ts';
import { requestOf, withdrawalOf } from './control-line.ts';
import { limitMemory } from './limit-line.ts';
import { openTurn } from './open-turn.ts';
import { isFailure, messageOfResult, refusalOf, usageOfResult, wasStoppedByHook } from './result-line.ts';
import { toolTally } from './tool-tally.ts';

/** A UUID in practice; anything much longer is no session that could be resumed. */
const maxSessionIdLength = 200;

const sentenceOf = (text: string | null): string => (text === null ? '' : `: ${text}`);

/** Reads the stdout of one run of Claude Code. The same lines give the same signals, so a run can be read again from its start. */
export const claudeReader = (): Pick<AgentConversation, 'read' | 'usage'> => {
  let sessionId: string | null = null;
  let usage = noUsage;
  let totalCost = 0;
  /** Its model has answered, or a command of claude's own has. */
  let spoke = false;
  let cwd: string | null = null;
  /** Why the turn's prompt did not reach the model. */
  let refusal: string | null = null;
  const tools = toolTally();
  const open = openTurn();
  const limits = limitMemory();

  // An `init` opens every turn, not only the process. The session's id is taken from there and from nowhere else:
  // `conversation_reset` still carries the old one, and its `new_conversation_id` is not the session that follows.
  const init = (message: JsonObject): AgentSignal[] => {
    cwd = stringAt(message, 'cwd') ?? cwd;
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

  /** Why an agent that reports no error could not work; null where it could. A prompt that a hook blocks ends as a success with exit 0. */
  const whyIdle = (message: JsonObject): string | null => {
    if (refusal !== null) return refusal;
    if (wasStoppedByHook(message)) return 'The agent was stopped by a hook in the middle of its turn';
    if (!spoke)
      return `The agent's session never began: it ended its turn without a word of the model${sentenceOf(messageOfResult(message))}`;
    return tools.allDenied ? `Every tool that the agent tried was denied: ${tools.denied.join(', ')}` : null;
  };

  const result = (message: JsonObject): AgentSignal[] => {
    usage = addUsage(usage, usageOfResult(message, totalCost));
    totalCost = amountAt(message, 'total_cost_usd');
    open.end();
    spoke ||= amountAt(message, 'num_turns') > 0;
    const idle = isFailure(message) ? null : whyIdle(message);
    refusal = null;
    const { denied } = tools;
    const limited = limits.ofResult(message);
    return [
      ...(limited?.isNew === true ? [{ kind: 'limited' as const, ...limited.limit }] : []),
      {
        kind: 'turn-ended',
        isError: idle !== null || isFailure(message),
        message: idle ?? messageOfResult(message),
        usage,
        ...(denied.length > 0 && { denied }),
        ...(limited && { limit: limited.limit }),
      },
    ];
  };

  // `cancelled` is of a turn that was interrupted: what was given to the model before stays with it.
  const lifecycle = (message: JsonObject): AgentSignal[] => {
    const id = stringAt(message, 'command_uuid');
    const state = stringAt(message, 'state');
    if (id === null || (state !== 'queued' && state !== 'started')) return [];
    return [{ kind: 'message', id, isRead: state === 'started' }];
  };

  const signalsOf = (type: string | null, message: JsonObject): AgentSignal[] => {
    tools.take(type, message);
    if (type === 'assistant') {
      spoke = true;
      open.take(message);
    }
    const limit = limits.take(message);
    if (limit !== null) return [{ kind: 'limited', ...limit }];
    if (type === 'result') return result(message);
    if (type === 'control_request') return requestOf(message, cwd);
    if (type === 'control_cancel_request') return withdrawalOf(message);
    if (type === 'command_lifecycle') return lifecycle(message);
    if (type !== 'system') return [];
    const subtype = stringAt(message, 'subtype');
    if (subtype === 'init') return init(message);
    refusal = refusalOf(message) ?? refusal;
    return subtype === 'background_tasks_changed' ? background(message) : [];
  };

  return {
    read: (line) => {
      const message = parseLine(line);
      if (message === null) return { jsonType: null, signals: [] };
      const jsonType = typeOf(message);
      return { jsonType, signals: signalsOf(jsonType, message) };
    },
    get usage() {
      return addUsage(usage, open.usage);
    },
  };
};
