import { firstLine } from '../../../words/first-line.ts';
import type { JsonObject } from '../../domain/json-object.ts';
import { activityWords, maxShown } from '../activity-words.ts';
import type { AgentActivity } from '../driver.ts';
import { objectAt, objectsAt, stringAt } from '../json-line.ts';
import { readRpc, type RpcMessage } from '../json-rpc.ts';
import { activityOf } from '../said.ts';
import { inputOfCall, nameOfCall, resultOfCall, textOfBlock } from './tool-call.ts';
import { isPromptId, problemOf } from './turn.ts';
import { told } from './wire.ts';

const marks: Readonly<Record<string, string>> = { completed: '[x]', in_progress: '[>]' };
const maxEntries = 1000;

const planWords = (plan: JsonObject): string =>
  objectsAt(plan, 'entries', maxEntries)
    .map((each) => `${marks[stringAt(each, 'status') ?? ''] ?? '[ ]'} ${stringAt(each, 'content') ?? ''}`)
    .join('\n');

/** Chunks of one message follow one another; whoever reads them puts together those of a kind. */
const chunk = (kind: 'text' | 'thinking', update: JsonObject): AgentActivity[] => {
  const text = textOfBlock(objectAt(update, 'content') ?? {});
  // gemini tells so that it was set to another mode.
  if (text?.startsWith('[MODE_UPDATE]') === true) return [];
  return text === null || text === '' ? [] : [activityOf(kind, { text, isContinued: true })];
};

/** What a tool is given, beside where: some agents tell that there is a call before they tell this. */
const isGiven = (call: JsonObject): boolean => Object.keys(objectAt(call, 'rawInput') ?? {}).some((name) => name !== 'cwd');
const isYetToBeTold = (call: JsonObject): boolean =>
  stringAt(call, 'status') === 'pending' && objectAt(call, 'rawInput') !== null && !isGiven(call);
const isToldNow = (call: JsonObject): boolean =>
  stringAt(call, 'status') === 'in_progress' && isGiven(call) && objectsAt(call, 'content').length === 0;

const begun = (call: JsonObject, mayBeAgain = false): AgentActivity =>
  activityOf('tool', {
    ...(mayBeAgain && { mayBeAgain }),
    tool: { name: nameOfCall(call), input: inputOfCall(call) },
    callId: stringAt(call, 'toolCallId'),
  });

const ended = (call: JsonObject): AgentActivity[] => {
  const status = stringAt(call, 'status');
  if (status !== 'completed' && status !== 'failed') return [];
  return [activityOf('tool-result', { text: resultOfCall(call), callId: stringAt(call, 'toolCallId'), isError: status === 'failed' })];
};

const ofUpdate = (update: JsonObject): AgentActivity[] => {
  switch (stringAt(update, 'sessionUpdate')) {
    case 'agent_message_chunk':
      return chunk('text', update);
    case 'agent_thought_chunk':
      return chunk('thinking', update);
    case 'tool_call':
      return [...(isYetToBeTold(update) ? [] : [begun(update)]), ...ended(update)];
    case 'tool_call_update':
      return isToldNow(update) ? [begun(update, true)] : ended(update);
    case 'plan':
      return [activityOf('plan', { text: planWords(update) })];
    case 'plan_update': {
      const plan = objectAt(update, 'plan') ?? {};
      return [activityOf('plan', { text: stringAt(plan, 'content') ?? planWords(plan) })];
    }
    default:
      return [];
  }
};

const activitiesOf = (message: RpcMessage | null): AgentActivity[] => {
  if (message?.kind === 'notification' && message.method === told.update) return ofUpdate(objectAt(message.params, 'update') ?? {});
  // Some tell of a call by asking for it alone.
  if (message?.kind === 'request' && message.method === told.permission) return [begun(objectAt(message.params, 'toolCall') ?? {}, true)];
  if (message?.kind !== 'response') return [];
  const problem = isPromptId(message.id) ? problemOf(message) : message.error?.words;
  return problem ? [activityOf('error', { text: problem })] : [];
};

/** What the agent does by one line of stdout, whether it is new or told again of a session that it goes on with. */
export const activities = (line: string): AgentActivity[] => activitiesOf(readRpc(line));

const wordsOf = (message: RpcMessage): string[] => {
  const words = activitiesOf(message)
    .map(activityWords)
    .filter((each) => each !== null);
  if (words.length > 0 || message.kind !== 'response' || !isPromptId(message.id) || message.error !== null) return words;
  return ['✓ done'];
};

/** One line of stdout as a person reads it, null for one that says nothing to a person; safe to print on a terminal. */
export const readable = (line: string): string | null => {
  const message = readRpc(line);
  if (message === null) return firstLine(line, 5 * maxShown) || null;
  const words = wordsOf(message);
  return words.length === 0 ? null : words.join('\n');
};
