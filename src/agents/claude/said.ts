import { firstLine } from '../../../words/first-line.ts';
import type { JsonObject } from '../../domain/json-object.ts';
import { activityWords, maxShown } from '../activity-words.ts';
import type { AgentActivity } from '../driver.ts';
import { amountAt, fieldAt, objectAt, objectsAt, parseLine, stringAt, typeOf } from '../json-line.ts';
import { activityOf, note, type Said } from '../said.ts';
import { isFailure, messageOfResult, refusalOf, usageOfResult, wasInterrupted } from './result-line.ts';

const error = (text: string, callId: string | null = null): Said => ({ activity: activityOf('error', { text, callId }) });

const marks: Readonly<Record<string, string>> = { completed: '[x]', in_progress: '[>]' };

/** What a call of a tool says of the plan; null where it says nothing of one. */
const planOf = (name: string, input: JsonObject): string | null => {
  if (name === 'ExitPlanMode') return stringAt(input, 'plan');
  if (name !== 'TodoWrite') return null;
  return objectsAt(input, 'todos')
    .map((todo) => `${marks[stringAt(todo, 'status') ?? ''] ?? '[ ]'} ${stringAt(todo, 'content') ?? ''}`)
    .join('\n');
};

const toolUse = (block: JsonObject, parentCallId: string | null): AgentActivity => {
  const tool = { name: stringAt(block, 'name') ?? 'tool', input: objectAt(block, 'input') ?? {} };
  const plan = planOf(tool.name, tool.input);
  return activityOf(plan === null ? 'tool' : 'plan', { text: plan, tool, callId: stringAt(block, 'id'), parentCallId });
};

/** The text of a tool result, which is a string or blocks of text. */
const textOf = (block: JsonObject): string =>
  stringAt(block, 'content') ??
  objectsAt(block, 'content')
    .map((each) => stringAt(each, 'text') ?? '')
    .join('\n');

const contentBlock = (block: JsonObject, role: 'assistant' | 'user', parentCallId: string | null): Said | null => {
  const text = stringAt(block, 'text') ?? '';
  switch (typeOf(block)) {
    case 'tool_use':
      return { activity: toolUse(block, parentCallId) };
    case 'tool_result': {
      const isError = fieldAt(block, 'is_error') === true;
      return {
        activity: activityOf('tool-result', { text: textOf(block), callId: stringAt(block, 'tool_use_id'), parentCallId, isError }),
      };
    }
    case 'thinking': {
      const thinking = stringAt(block, 'thinking') ?? '';
      return thinking.trim() === '' ? null : { activity: activityOf('thinking', { text: thinking, parentCallId }) };
    }
    case 'text':
      if (text.trim() === '') return null;
      if (role === 'assistant') return { activity: activityOf('text', { text, parentCallId }) };
      // A user's text in the output is a notice of claude's, or the prompt of a subagent, which can be long.
      return note(`${parentCallId === null ? '' : '  '}› ${firstLine(text, maxShown)}`);
    default:
      return null;
  }
};

const message = (line: JsonObject, role: 'assistant' | 'user'): Said[] => {
  const body = objectAt(line, 'message') ?? {};
  const blocks =
    typeof fieldAt(body, 'content') === 'string' ? [{ type: 'text', text: fieldAt(body, 'content') }] : objectsAt(body, 'content');
  const parentCallId = stringAt(line, 'parent_tool_use_id');
  return blocks.map((block) => contentBlock(block, role, parentCallId)).filter((said) => said !== null);
};

const result = (line: JsonObject): Said => {
  if (wasInterrupted(line)) return note('✗ interrupted');
  if (isFailure(line)) return error(messageOfResult(line) ?? 'failed');
  const { turns, costUsd } = usageOfResult(line, 0);
  return note(`✓ done (${turns} ${turns === 1 ? 'turn' : 'turns'}, $${costUsd.toFixed(2)})`);
};

const system = (line: JsonObject): Said | null => {
  switch (stringAt(line, 'subtype')) {
    case 'api_retry': {
      const reason = [amountAt(line, 'error_status') || null, stringAt(line, 'error')].filter((each) => each !== null).join(' ');
      const seconds = (amountAt(line, 'retry_delay_ms') / 1000).toFixed(1);
      const words = `the API answered with an error (${firstLine(reason, maxShown) || 'no answer'}); try ${amountAt(line, 'attempt')} of ${amountAt(line, 'max_retries')} follows in ${seconds} s`;
      return { ...error(words), words: `… ${words}` };
    }
    case 'permission_denied':
      return error(`not permitted: ${firstLine(stringAt(line, 'tool_name') ?? 'a tool', maxShown)}`, stringAt(line, 'tool_use_id'));
    case 'informational': {
      const refusal = refusalOf(line);
      return refusal === null ? null : error(firstLine(refusal, maxShown));
    }
    case 'task_notification': {
      const summary = firstLine(stringAt(line, 'summary') ?? '', maxShown);
      if (summary === '') return null;
      const fields = { text: summary, callId: stringAt(line, 'tool_use_id'), isError: stringAt(line, 'status') === 'failed' };
      return { activity: activityOf('tool-result', fields), words: `● ${summary}` };
    }
    default:
      return null;
  }
};

const saidBy = (line: JsonObject): Said[] => {
  switch (typeOf(line)) {
    case 'assistant':
      return message(line, 'assistant');
    case 'user':
      return message(line, 'user');
    case 'result':
      return [result(line)];
    case 'system': {
      const said = system(line);
      return said === null ? [] : [said];
    }
    default:
      return [];
  }
};

/** What the agent does by one line of stdout. A line that is no JSON is somebody else's, such as a wrapper's. */
export const activities = (line: string): AgentActivity[] => {
  const parsed = parseLine(line);
  return parsed === null ? [] : saidBy(parsed).flatMap((said) => said.activity ?? []);
};

const wordsOf = ({ activity: done, words }: Said): string | null => (words !== undefined ? words : done && activityWords(done));

/** One line of stdout as a person reads it, null for one that says nothing to a person; safe to print on a terminal. */
export const readable = (line: string): string | null => {
  const parsed = parseLine(line);
  if (parsed === null) {
    const text = firstLine(line, 5 * maxShown);
    return text === '' ? null : text;
  }
  const words = saidBy(parsed)
    .map(wordsOf)
    .filter((each) => each !== null);
  return words.length === 0 ? null : words.join('\n');
};
