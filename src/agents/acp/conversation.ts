import { randomUUID } from 'node:crypto';
import type { CancelNotification, PromptRequest } from '@agentclientprotocol/sdk';
import type { JsonObject } from '../../domain/json-object.ts';
import type { AgentConversation, AgentLaunch, AgentSignal } from '../driver.ts';
import { parseLine, stringAt } from '../json-line.ts';
import { readRpc, type RpcMessage } from '../json-rpc.ts';
import { cancelledElicitation, elicitationAnswer } from './elicitation.ts';
import { acpHandshake, type HandshakeStep } from './handshake.ts';
import { limitIn } from './limit.ts';
import { cancelledAnswer, permissionAnswer } from './permission.ts';
import { createRequests } from './requests.ts';
import { isPromptId, problemOf, promptId } from './turn.ts';
import { usageTally } from './usage.ts';
import { notification, request, told } from './wire.ts';

/** Stands before a text that an agent would run as a command of its own. */
const noCommand = 'This is a message, not a command:\n\n';

/** An agent takes a text that begins with a slash, or `!`, for a command. */
const asMessage = (text: string): string => (/^\s*[/!]/.test(text) ? noCommand + text : text);

/** By these an agent does something; what it tells beside them, such as its commands, it tells at any time. */
const doing: ReadonlySet<string> = new Set(['agent_message_chunk', 'agent_thought_chunk', 'tool_call', 'tool_call_update', 'plan']);

/**
 * One run's conversation with an agent over version 1 of the Agent Client Protocol (agentclientprotocol.com), as its client: the greeting, a
 * session, a prompt for each message, what the agent asks. The SDK's connection is not used for it: what that knows is lost with the process,
 * and this has to be had again from what was said and answered.
 * @param how.actsUnasked - the agent is to act unasked: what it asks all the same is allowed at once
 * @param how.hasVariable - whether its environment has a variable
 */
export const acpConversation = (
  launch: AgentLaunch,
  how: { actsUnasked: boolean; hasVariable: (name: string) => boolean },
): AgentConversation => {
  const handshake = acpHandshake(launch, how);
  const tally = usageTally(launch.sessionUsage?.costUsd ?? 0);
  const requests = createRequests(launch.cwd, how.actsUnasked);
  let sessionId: string | null = null;
  let isOver = false;
  let turnOpen = false;
  /** Prompts without an answer yet, and those that have one, by the ids of their requests. */
  const prompted = new Set<string>();
  const answered = new Set<string>();

  /** An earlier daemon has said a prompt that has no answer yet: the agent is at it, whether it has said so or not. */
  const goesOn = (): AgentSignal[] => {
    turnOpen = prompted.size > 0;
    return turnOpen ? [{ kind: 'turn-started' }] : [];
  };

  const fail = (message: string): AgentSignal[] => {
    isOver = true;
    return [{ kind: 'turn-ended', isError: true, message, usage: tally.usage }];
  };

  const greeted = (step: HandshakeStep | null): AgentSignal[] => {
    if (step === null || isOver) return [];
    if ('failed' in step) return fail(step.failed);
    if ('say' in step) return [{ kind: 'reply', id: step.id, bytes: step.say }];
    ({ sessionId } = step);
    return [{ kind: 'session', sessionId }, ...goesOn()];
  };

  /** A prompt has an answer: its turn has ended. An agent that answers twice, or what it was not asked, is heard once, or not at all. */
  const turnEnded = (answer: RpcMessage & { kind: 'response' }): AgentSignal[] => {
    if (sessionId === null || !prompted.delete(answer.id)) return [];
    answered.add(answer.id);
    requests.forget();
    tally.end(answer.result);
    const message = problemOf(answer);
    const limit = answer.error === null ? null : limitIn(answer.error);
    return [
      ...(limit === null ? [] : [{ kind: 'limited' as const, ...limit }]),
      { kind: 'turn-ended', isError: message !== null, message, usage: tally.usage, ...(limit && { limit }) },
      ...goesOn(),
    ];
  };

  /** What comes after the last prompt's answer is late, and begins nothing. The first prompt is told as soon as there is a session. */
  const begins = (): AgentSignal[] => {
    if (turnOpen || (answered.size > 0 && prompted.size === 0)) return [];
    turnOpen = true;
    return [{ kind: 'turn-started' }];
  };

  const updated = (params: JsonObject, length: number): AgentSignal[] => {
    const update = requests.updateOf(params, sessionId, length);
    if (update === null) return [];
    const kind = stringAt(update, 'sessionUpdate') ?? '';
    tally.take(update, sessionId === null);
    if (sessionId === null) return greeted(handshake.hear(kind));
    return doing.has(kind) ? begins() : [];
  };

  const asked = (message: RpcMessage & { kind: 'request' }): AgentSignal[] => {
    const signal = requests.take(message);
    return signal === null ? [] : [...(sessionId !== null && signal.kind === 'asked' ? begins() : []), signal];
  };

  const signalsOf = (message: RpcMessage, length: number): AgentSignal[] => {
    switch (message.kind) {
      case 'response':
        return isPromptId(message.id) ? turnEnded(message) : greeted(handshake.take(message));
      case 'notification':
        return message.method === told.update ? updated(message.params, length) : requests.withdrawn(message);
      case 'request':
        return asked(message);
    }
  };

  return {
    greeting: handshake.greeting,
    get isOpen() {
      return sessionId !== null;
    },
    read(line) {
      const message = readRpc(line);
      const isReplayed = handshake.isReplaying && message?.kind === 'notification' && message.method === told.update;
      const signals = message === null ? [] : signalsOf(message, line.length);
      return { jsonType: null, signals, ...(isReplayed && { isReplayed }) };
    },
    userMessage(text, id = randomUUID()) {
      if (sessionId === null) throw new Error('There is no session yet that takes messages');
      const params: PromptRequest = { sessionId, prompt: [{ type: 'text', text: asMessage(text) }] };
      if (!answered.has(promptId(id))) prompted.add(promptId(id));
      return request(promptId(id), 'session/prompt', params);
    },
    answerMessage(asked, answer) {
      requests.answered(asked.id);
      return asked.isQuestion ? elicitationAnswer(asked, answer) : permissionAnswer(asked, answer);
    },
    interruptMessage() {
      if (sessionId === null) return null;
      const params: CancelNotification = { sessionId };
      const open = requests.open.map((each) => (each.isQuestion ? cancelledElicitation(each.id) : cancelledAnswer(each.id)));
      return [notification('session/cancel', params), ...open].join('');
    },
    recall(said) {
      for (const line of said.split('\n')) {
        const id = stringAt(parseLine(line) ?? {}, 'id');
        if (id !== null && isPromptId(id) && !answered.has(id)) prompted.add(id);
      }
    },
    get usage() {
      return tally.usage;
    },
  };
};
