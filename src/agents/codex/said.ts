import { firstLine } from '../../../words/first-line.ts';
import type { JsonObject } from '../../domain/json-object.ts';
import { activityWords, maxShown } from '../activity-words.ts';
import type { AgentActivity } from '../driver.ts';
import { fieldAt, objectAt, objectsAt, stringAt } from '../json-line.ts';
import { messageIn, readRpc } from '../json-rpc.ts';
import { done, note, type Said } from '../said.ts';
import { toolOf, wasDeclined } from './items.ts';

/** The texts of a list, which are strings or blocks of text. */
const textsAt = (object: JsonObject, key: string): string => {
  const list = fieldAt(object, key);
  if (!Array.isArray(list)) return '';
  const strings = list.filter((each): each is string => typeof each === 'string');
  return [...strings, ...objectsAt(object, key).map((each) => stringAt(each, 'text') ?? '')]
    .filter((text) => text.trim() !== '')
    .join('\n');
};

const spoken = (kind: 'text' | 'thinking' | 'plan', text: string): Said[] => (text.trim() === '' ? [] : [done(kind, { text })]);

const commandResult = (item: JsonObject): string => {
  const code = fieldAt(item, 'exitCode');
  const output = stringAt(item, 'aggregatedOutput') ?? '';
  return typeof code === 'number' && code !== 0 ? `Exit code ${code}\n${output}` : output;
};

const marks: Readonly<Record<string, string>> = { add: 'Added', delete: 'Deleted', update: 'Changed' };

const changeResult = (item: JsonObject): string =>
  objectsAt(item, 'changes')
    .map((change) => {
      const kind = stringAt(objectAt(change, 'kind') ?? {}, 'type') ?? 'update';
      return `${marks[kind] ?? kind} ${stringAt(change, 'path') ?? 'a file'}\n${stringAt(change, 'diff') ?? ''}`;
    })
    .join('\n');

/** What came out of a call, by the kind of its item. */
const resultOf = (item: JsonObject): string => {
  const error = objectAt(item, 'error');
  if (error !== null) return stringAt(error, 'message') ?? 'failed';
  switch (stringAt(item, 'type')) {
    case 'commandExecution':
      return commandResult(item);
    case 'fileChange':
      return changeResult(item);
    case 'dynamicToolCall':
      return textsAt(item, 'contentItems');
    default:
      return textsAt(objectAt(item, 'result') ?? {}, 'content');
  }
};

const failures: ReadonlySet<string | null> = new Set(['failed', 'declined']);

const endedCall = (item: JsonObject): Said => {
  const code = fieldAt(item, 'exitCode');
  const isError = failures.has(stringAt(item, 'status')) || (typeof code === 'number' && code !== 0);
  const text = wasDeclined(item) ? 'It was not allowed' : resultOf(item);
  return done('tool-result', { text, callId: stringAt(item, 'id'), isError });
};

const startedItem = (item: JsonObject): Said[] => {
  const tool = toolOf(item);
  // What is looked for is told at its end.
  return tool === null || stringAt(item, 'type') === 'webSearch' ? [] : [done('tool', { tool, callId: stringAt(item, 'id') })];
};

const endedItem = (item: JsonObject): Said[] => {
  switch (stringAt(item, 'type')) {
    case 'agentMessage':
      return spoken('text', stringAt(item, 'text') ?? '');
    case 'plan':
      return spoken('plan', stringAt(item, 'text') ?? '');
    case 'reasoning':
      return spoken('thinking', textsAt(item, 'summary') || textsAt(item, 'content'));
    case 'contextCompaction':
      return [note('… the conversation was made shorter')];
    case 'webSearch':
      return [done('tool', { tool: toolOf(item), callId: stringAt(item, 'id') })];
    case 'imageView':
      return [];
    default:
      return toolOf(item) === null ? [] : [endedCall(item)];
  }
};

const steps: Readonly<Record<string, string>> = { completed: '[x]', inProgress: '[>]', in_progress: '[>]' };

const planOf = (params: JsonObject): string =>
  objectsAt(params, 'plan')
    .map((each) => `${steps[stringAt(each, 'status') ?? ''] ?? '[ ]'} ${stringAt(each, 'step') ?? ''}`)
    .join('\n');

const errorText = (error: JsonObject): string =>
  [messageIn(stringAt(error, 'message') ?? ''), stringAt(error, 'additionalDetails')]
    .filter((each) => each !== null && each !== '')
    .join(': ') || 'failed';

const endedTurn = (turn: JsonObject): Said => {
  switch (stringAt(turn, 'status')) {
    case 'completed':
      return note('✓ done');
    case 'interrupted':
      return note('✗ interrupted');
    default:
      return done('error', { text: errorText(objectAt(turn, 'error') ?? {}) });
  }
};

const toldBy = (method: string, params: JsonObject): Said[] => {
  switch (method) {
    case 'item/started':
      return startedItem(objectAt(params, 'item') ?? {});
    case 'item/completed':
      return endedItem(objectAt(params, 'item') ?? {});
    case 'turn/plan/updated':
      return spoken('plan', planOf(params));
    case 'turn/completed':
      return [endedTurn(objectAt(params, 'turn') ?? {})];
    case 'error': {
      // Where it tries no more the turn's end says so.
      if (fieldAt(params, 'willRetry') !== true) return [];
      const text = errorText(objectAt(params, 'error') ?? {});
      return [{ ...done('error', { text }), words: `… ${firstLine(text, maxShown)}` }];
    }
    case 'mcpServer/startupStatus/updated': {
      if (stringAt(params, 'status') !== 'failed') return [];
      const text = `The server of tools ${stringAt(params, 'name') ?? ''} is not there: ${stringAt(params, 'error') ?? 'it failed'}`;
      return [done('error', { text: firstLine(text, 5 * maxShown) })];
    }
    case 'warning':
      return [note(`› ${firstLine(stringAt(params, 'message') ?? '', maxShown)}`)];
    default:
      return [];
  }
};

const saidBy = (line: string): Said[] | null => {
  const message = readRpc(line);
  if (message === null) return null;
  if (message.kind === 'response') return message.error === null ? [] : [done('error', { text: message.error.words })];
  return message.kind === 'notification' ? toldBy(message.method, message.params) : [];
};

/** What the agent does by one line of stdout. */
export const activities = (line: string): AgentActivity[] => (saidBy(line) ?? []).flatMap((said) => said.activity ?? []);

const wordsOf = ({ activity: done, words }: Said): string | null => (words !== undefined ? words : done && activityWords(done));

/** One line of stdout as a person reads it, null for one that says nothing to a person; safe to print on a terminal. */
export const readable = (line: string): string | null => {
  const said = saidBy(line);
  if (said === null) {
    const text = firstLine(line, 5 * maxShown);
    return text === '' ? null : text;
  }
  const words = said.map(wordsOf).filter((each) => each !== null);
  return words.length === 0 ? null : words.join('\n');
};
