import type { JsonObject } from '../../domain/json-object.ts';
import { fieldAt, objectAt, objectsAt, stringAt } from '../json-line.ts';
import { commandText } from './command-text.ts';

/** What codex's tools are called here; those of MCP servers as claude calls them. */
export const shellTool = 'shell';
export const patchTool = 'apply_patch';
export const mcpTool = (server: string | null, tool: string | null): string => `mcp__${server ?? 'server'}__${tool ?? 'tool'}`;

/** Files of one change that are told; a change of more is one of a program. */
const maxFiles = 1000;
const maxNamed = 10;

const changesOf = (item: JsonObject): { path: string; kind: string; diff: string }[] =>
  objectsAt(item, 'changes', maxFiles).map((change) => ({
    path: stringAt(change, 'path') ?? 'a file',
    kind: stringAt(objectAt(change, 'kind') ?? {}, 'type') ?? 'update',
    diff: stringAt(change, 'diff') ?? '',
  }));

/** A change of files as the input of a tool: what it is, and to which. */
export const changeInput = (item: JsonObject): JsonObject => {
  const changes = changesOf(item);
  const [first, ...others] = changes.map(({ path }) => path);
  if (first !== undefined && others.length === 0) return { path: first, changes };
  const named = changes.slice(0, maxNamed).map(({ path }) => path);
  return { description: `${named.join(', ')}${changes.length > maxNamed ? ` and ${changes.length - maxNamed} more` : ''}`, changes };
};

/** A command as the input of a tool. @param of - the item, or the request about it, which name these alike */
export const commandInput = (of: JsonObject): JsonObject => {
  const [command, cwd] = [stringAt(of, 'command'), stringAt(of, 'cwd')];
  return { ...(command !== null && { command: commandText(command) }), ...(cwd !== null && { cwd }) };
};

const argumentsOf = (item: JsonObject): JsonObject => {
  const given = fieldAt(item, 'arguments');
  return objectAt(item, 'arguments') ?? (given === undefined || given === null ? {} : { arguments: given });
};

/** The tool that an item is a call of, null where it is none. */
export const toolOf = (item: JsonObject): { name: string; input: JsonObject } | null => {
  switch (stringAt(item, 'type')) {
    case 'commandExecution':
      return { name: shellTool, input: commandInput(item) };
    case 'fileChange':
      return { name: patchTool, input: changeInput(item) };
    case 'mcpToolCall':
      return { name: mcpTool(stringAt(item, 'server'), stringAt(item, 'tool')), input: argumentsOf(item) };
    case 'dynamicToolCall':
      return { name: stringAt(item, 'tool') ?? 'tool', input: argumentsOf(item) };
    case 'collabAgentToolCall': {
      const prompt = stringAt(item, 'prompt');
      return { name: stringAt(item, 'tool') ?? 'agent', input: prompt === null ? {} : { prompt } };
    }
    case 'webSearch':
      return { name: 'web_search', input: { query: stringAt(item, 'query') ?? '' } };
    case 'imageView':
      return { name: 'view_image', input: { path: stringAt(item, 'path') ?? '' } };
    default:
      return null;
  }
};

/** A call that was not let. */
export const wasDeclined = (item: JsonObject): boolean => stringAt(item, 'status') === 'declined';
