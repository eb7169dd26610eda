import { firstLine, plainText } from '../plain-text.ts';
import { amountAt, fieldAt, objectAt, objectsAt, parseLine, stringAt, typeOf, type JsonObject } from './json-line.ts';
import { isFailure, messageOfResult, refusalOf, usageOfResult, wasInterrupted } from './result-line.ts';

const maxLength = 200;
const maxResultLines = 3;

/** What of a tool's input tells best what it does; the first that is there is shown. */
const tellingFields = [
  'command',
  'file_path',
  'notebook_path',
  'pattern',
  'path',
  'url',
  'query',
  'skill',
  'description',
  'subject',
  'prompt',
];

const toolUse = (block: JsonObject): string => {
  const name = firstLine(stringAt(block, 'name') ?? 'tool', 60);
  const input = objectAt(block, 'input') ?? {};
  const what = tellingFields.map((field) => stringAt(input, field)).find((value) => value !== null && value.trim() !== '');
  return what === undefined || what === null ? `● ${name}` : `● ${name}: ${firstLine(what, maxLength)}`;
};

/** The text of a tool result, which is a string or blocks of text. */
const textOf = (block: JsonObject): string =>
  stringAt(block, 'content') ??
  objectsAt(block, 'content')
    .map((each) => stringAt(each, 'text') ?? '')
    .join('\n');

const toolResult = (block: JsonObject): string | null => {
  const lines = textOf(block)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const failed = fieldAt(block, 'is_error') === true;
  if (lines.length === 0) return failed ? '  ✗ failed' : null;
  const shown = lines
    .slice(0, maxResultLines)
    .map((line, index) => `  ${index > 0 ? ' ' : failed ? '✗' : '⎿'} ${firstLine(line, maxLength)}`);
  const more = lines.length - maxResultLines;
  return [...shown, ...(more > 0 ? [`    … ${more} more ${more === 1 ? 'line' : 'lines'}`] : [])].join('\n');
};

const contentBlock = (block: JsonObject, role: 'assistant' | 'user'): string | null => {
  const type = typeOf(block);
  if (type === 'tool_use') return toolUse(block);
  if (type === 'tool_result') return toolResult(block);
  if (type !== 'text') return null;
  const text = stringAt(block, 'text') ?? '';
  if (text.trim() === '') return null;
  // A user's text in the output is a notice of claude's, or the prompt of a subagent, which can be long.
  return role === 'assistant' ? plainText(text).trimEnd() : `› ${firstLine(text, maxLength)}`;
};

const message = (line: JsonObject, role: 'assistant' | 'user'): string | null => {
  const body = objectAt(line, 'message') ?? {};
  const blocks =
    typeof fieldAt(body, 'content') === 'string' ? [{ type: 'text', text: fieldAt(body, 'content') }] : objectsAt(body, 'content');
  const text = blocks
    .map((block) => contentBlock(block, role))
    .filter((each) => each !== null)
    .join('\n');
  if (text === '') return null;
  // What a subagent does stands further in than what the agent itself does.
  return stringAt(line, 'parent_tool_use_id') === null ? text : text.replace(/^/gm, '  ');
};

const result = (line: JsonObject): string => {
  if (wasInterrupted(line)) return '✗ interrupted';
  if (isFailure(line)) return `✗ ${plainText(messageOfResult(line) ?? 'failed').trimEnd()}`;
  const { turns, costUsd } = usageOfResult(line, 0);
  return `✓ done (${turns} ${turns === 1 ? 'turn' : 'turns'}, $${costUsd.toFixed(2)})`;
};

const system = (line: JsonObject): string | null => {
  switch (stringAt(line, 'subtype')) {
    case 'api_retry': {
      const reason = [amountAt(line, 'error_status') || null, stringAt(line, 'error')].filter((each) => each !== null).join(' ');
      const seconds = (amountAt(line, 'retry_delay_ms') / 1000).toFixed(1);
      return `… the API answered with an error (${firstLine(reason, maxLength) || 'no answer'}); try ${amountAt(line, 'attempt')} of ${amountAt(line, 'max_retries')} follows in ${seconds} s`;
    }
    case 'permission_denied':
      return `✗ not permitted: ${firstLine(stringAt(line, 'tool_name') ?? 'a tool', maxLength)}`;
    case 'informational': {
      const refusal = refusalOf(line);
      return refusal === null ? null : `✗ ${firstLine(refusal, maxLength)}`;
    }
    case 'task_notification': {
      const summary = firstLine(stringAt(line, 'summary') ?? '', maxLength);
      return summary === '' ? null : `● ${summary}`;
    }
    default:
      return null;
  }
};

/** One line of stdout as a person reads it, null for one that says nothing to a person; safe to print on a terminal. */
export const readable = (line: string): string | null => {
  const parsed = parseLine(line);
  if (parsed === null) {
    const text = firstLine(line, 5 * maxLength);
    return text === '' ? null : text;
  }
  switch (typeOf(parsed)) {
    case 'assistant':
      return message(parsed, 'assistant');
    case 'user':
      return message(parsed, 'user');
    case 'result':
      return result(parsed);
    case 'system':
      return system(parsed);
    default:
      return null;
  }
};
