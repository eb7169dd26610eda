import { tellingOf } from '../../../words/activity.ts';
import { isObject, type JsonObject } from '../../domain/json-object.ts';
import { fieldAt, objectAt, objectsAt, stringAt, typeOf } from '../json-line.ts';

const maxNameLength = 200;
const maxParts = 200;

/** What a tool is, by the `kind` that the protocol knows it by. */
const kinds: Readonly<Record<string, string>> = {
  read: 'Read',
  edit: 'Edit',
  delete: 'Delete',
  move: 'Move',
  search: 'Search',
  execute: 'Execute',
  think: 'Think',
  fetch: 'Fetch',
  switch_mode: 'Switch mode',
};

/** The name of a call's tool: its own where the agent tells it, else what kind of one it is, else its title. */
export const nameOfCall = (call: JsonObject): string => {
  const kind = stringAt(call, 'kind');
  const name = stringAt(call, 'name') ?? (kind !== null && Object.hasOwn(kinds, kind) ? kinds[kind] : null) ?? stringAt(call, 'title');
  return (name ?? 'tool').slice(0, maxNameLength);
};

const diffsOf = (call: JsonObject): JsonObject[] => objectsAt(call, 'content', maxParts).filter((each) => typeOf(each) === 'diff');

const pathsOf = (call: JsonObject): string[] =>
  [...diffsOf(call), ...objectsAt(call, 'locations', maxParts)].map((each) => stringAt(each, 'path')).filter((path) => path !== null);

/**
 * What a call would do: what the agent gives its tool, where it tells that, else what it says about it in words, files and changes. All that
 * it tells is in it, so that two of the same input are the same.
 */
export const inputOfCall = (call: JsonObject): JsonObject => {
  const raw = fieldAt(call, 'rawInput');
  const title = stringAt(call, 'title');
  const paths = pathsOf(call);
  const isRaw = isObject(raw) && Object.keys(raw).length > 0;
  const told: JsonObject = {
    ...(!isRaw && stringAt(call, 'kind') === 'execute' && title !== null && { command: title }),
    ...(paths[0] !== undefined && { path: paths[0] }),
    ...(title !== null && { description: title }),
    ...(paths.length > 1 && { paths: [...new Set(paths)] }),
  };
  if (isRaw) return tellingOf(raw) === null ? { ...told, ...raw } : raw;
  const changes = diffsOf(call).map((each) => ({
    path: stringAt(each, 'path'),
    oldText: stringAt(each, 'oldText'),
    newText: stringAt(each, 'newText'),
  }));
  return { ...told, ...(changes.length > 0 && { changes }) };
};

const lines = (text: string, mark: string): string[] =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `${mark} ${line}`);

/** A change as a person reads it: what goes, then what comes. */
const diffWords = (diff: JsonObject): string => {
  const [path, before, after] = [stringAt(diff, 'path') ?? 'a file', stringAt(diff, 'oldText'), stringAt(diff, 'newText') ?? ''];
  return [path, ...(before === null || before === '' ? [] : lines(before, '-')), ...(after === '' ? [] : lines(after, '+'))].join('\n');
};

/** A block of content in words; null where it is a picture or something else that has none. */
export const textOfBlock = (block: JsonObject): string | null => {
  switch (typeOf(block)) {
    case 'text':
      return stringAt(block, 'text');
    case 'resource_link':
      return stringAt(block, 'uri');
    case 'resource':
      return stringAt(objectAt(block, 'resource') ?? {}, 'text') ?? stringAt(objectAt(block, 'resource') ?? {}, 'uri');
    default:
      return null;
  }
};

const textOfPart = (part: JsonObject): string | null => {
  switch (typeOf(part)) {
    case 'content':
      return textOfBlock(objectAt(part, 'content') ?? {});
    case 'diff':
      return diffWords(part);
    default:
      return null;
  }
};

/** What a tool's raw output says, by the fields in which agents put it. */
const rawWords = (call: JsonObject): string | null => {
  const raw = fieldAt(call, 'rawOutput');
  if (typeof raw === 'string') return raw;
  if (!isObject(raw)) return null;
  const found = ['output', 'stdout', 'formatted_output', 'aggregated_output', 'text', 'error', 'message'].map((key) => stringAt(raw, key));
  return found.find((text) => text !== null && text !== '') ?? null;
};

/** What came out of a call, as text. */
export const resultOfCall = (call: JsonObject): string => {
  const parts = objectsAt(call, 'content', maxParts)
    .map(textOfPart)
    .filter((text) => text !== null);
  return parts.length > 0 ? parts.join('\n') : (rawWords(call) ?? '');
};
