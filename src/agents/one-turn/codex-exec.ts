import type { Usage } from '../../../schemas/task.ts';
import { isObject, type JsonObject } from '../../domain/json-object.ts';
import { noUsage, withoutUsage } from '../../domain/usage.ts';
import { commandText } from '../codex/command-text.ts';
import { explainFailure } from '../codex/explain-failure.ts';
import { mcpTool, patchTool, shellTool } from '../codex/items.ts';
import { mcpServersOf } from '../codex/mcp-servers.ts';
import type { AgentLaunch, AgentSignal } from '../driver.ts';
import { amountAt, fieldAt, objectAt, objectsAt, stringAt, typeOf } from '../json-line.ts';
import { done, note, type Said } from '../said.ts';
import type { OneTurnProtocol, OneTurnReader } from './protocol.ts';
import { plainFailure } from './remedies.ts';
import { option, sessionIn } from './sessions.ts';

/** What the whole session has used; the cached tokens are among the others. */
const usageOf = (told: JsonObject): Usage => {
  const [cacheReadTokens, cacheWriteTokens] = [amountAt(told, 'cached_input_tokens'), amountAt(told, 'cache_write_input_tokens')];
  return {
    ...noUsage,
    inputTokens: Math.max(0, amountAt(told, 'input_tokens') - cacheReadTokens - cacheWriteTokens),
    outputTokens: amountAt(told, 'output_tokens'),
    cacheReadTokens,
    cacheWriteTokens,
  };
};

/** A session whose earlier processes told nothing, since they were killed, is told of with the next. */
const atLeastNothing = (usage: Usage): Usage => ({
  ...usage,
  inputTokens: Math.max(0, usage.inputTokens),
  outputTokens: Math.max(0, usage.outputTokens),
  cacheReadTokens: Math.max(0, usage.cacheReadTokens),
  cacheWriteTokens: Math.max(0, usage.cacheWriteTokens),
});

const failureOf = (line: JsonObject): string | null => {
  const message = stringAt(objectAt(line, 'error') ?? {}, 'message');
  return message === null ? null : plainFailure(message);
};

/** It says when the limit is reset in the words of a clock without its date, on which nothing is built. */
const isLimit = (message: string | null): boolean => message !== null && /hit your usage limit/i.test(message);

const reader = ({ sessionUsage = noUsage }: AgentLaunch): OneTurnReader => {
  let usage = noUsage;
  return {
    take(type, line): AgentSignal[] {
      switch (type) {
        case 'thread.started': {
          const sessionId = sessionIn(stringAt(line, 'thread_id'));
          return sessionId === null ? [] : [{ kind: 'session', sessionId }];
        }
        case 'turn.started':
          return [{ kind: 'turn-started' }];
        case 'turn.completed':
          usage = { ...atLeastNothing(withoutUsage(usageOf(objectAt(line, 'usage') ?? {}), sessionUsage)), turns: 1 };
          return [{ kind: 'turn-ended', isError: false, message: null, usage }];
        case 'turn.failed': {
          usage = { ...usage, turns: 1 };
          const message = failureOf(line);
          const limit = { until: null };
          const ended: AgentSignal = { kind: 'turn-ended', isError: true, message, usage };
          return isLimit(message)
            ? [
                { kind: 'limited', ...limit },
                { ...ended, limit },
              ]
            : [ended];
        }
        default:
          return [];
      }
    },
    get usage() {
      return usage;
    },
  };
};

const planOf = (item: JsonObject): string =>
  objectsAt(item, 'items')
    .map((todo) => `${fieldAt(todo, 'completed') === true ? '[x]' : '[ ]'} ${stringAt(todo, 'text') ?? ''}`)
    .join('\n');

/** A tool by its item: one line begins it, one ends it; changes of files are told of when they are made. */
const toolOf = (item: JsonObject): { name: string; input: Readonly<Record<string, unknown>> } | null => {
  switch (typeOf(item)) {
    case 'command_execution':
      return { name: shellTool, input: { command: commandText(stringAt(item, 'command') ?? '') } };
    case 'file_change':
      return {
        name: patchTool,
        input: {
          path: objectsAt(item, 'changes')
            .map((change) => stringAt(change, 'path') ?? '')
            .join(', '),
        },
      };
    case 'mcp_tool_call':
      return { name: mcpTool(stringAt(item, 'server'), stringAt(item, 'tool')), input: objectAt(item, 'arguments') ?? {} };
    case 'web_search':
      return { name: 'web_search', input: { query: stringAt(item, 'query') ?? '' } };
    default:
      return null;
  }
};

const outcomeOf = (item: JsonObject): string =>
  stringAt(item, 'aggregated_output') ??
  stringAt(objectAt(item, 'error') ?? {}, 'message') ??
  objectsAt(objectAt(item, 'result') ?? {}, 'content')
    .map((block) => stringAt(block, 'text') ?? '')
    .join('\n');

const saidOfItem = (item: JsonObject, isOver: boolean): Said[] => {
  const callId = stringAt(item, 'id');
  const tool = toolOf(item);
  if (tool !== null) {
    const begins = done('tool', { tool, callId });
    if (!isOver) return [begins];
    const isError = stringAt(item, 'status') === 'failed' || amountAt(item, 'exit_code') > 0;
    const ends = done('tool-result', { text: outcomeOf(item), callId, isError });
    // Of these no line tells the beginning.
    return typeOf(item) === 'file_change' || typeOf(item) === 'web_search' ? [begins, ends] : [ends];
  }
  const text = stringAt(item, 'text') ?? '';
  switch (typeOf(item)) {
    case 'agent_message':
      return isOver ? [done('text', { text })] : [];
    case 'reasoning':
      return isOver ? [done('thinking', { text })] : [];
    case 'todo_list':
      return [done('plan', { text: planOf(item) })];
    case 'error':
      return isOver ? [done('error', { text: stringAt(item, 'message') ?? 'failed' })] : [];
    default:
      return [];
  }
};

const said = (line: JsonObject): Said[] => {
  const item = objectAt(line, 'item') ?? {};
  switch (typeOf(line)) {
    case 'item.started':
      return typeOf(item) === 'file_change' || typeOf(item) === 'web_search' ? [] : saidOfItem(item, false);
    case 'item.updated':
      return typeOf(item) === 'todo_list' ? saidOfItem(item, false) : [];
    case 'item.completed':
      return saidOfItem(item, true);
    case 'turn.completed':
      return [note('✓ done')];
    case 'turn.failed':
      return [done('error', { text: failureOf(line) ?? 'failed' })];
    case 'error':
      return [done('error', { text: plainFailure(stringAt(line, 'message') ?? 'failed') })];
    default:
      return [];
  }
};

/** A value as codex's `-c` takes it, whose strings are those of JSON. */
const toml = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(toml).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, each]) => `${JSON.stringify(key)}=${toml(each)}`)
    .join(',')}}`;
};

/**
 * `codex exec --json`, measured with 0.169.0 and 0.171.0: it reads the prompt from stdin to its end where that is named `-`, works one turn and ends. It
 * asks nobody; where it is not to act unasked, its own settings say what it may do, which is to read where they say nothing.
 */
export const codexExec: OneTurnProtocol = {
  args: ({ session, model, effort, mcp }, actsUnasked) => [
    'exec',
    ...(session === null ? [] : ['resume', session]),
    '--json',
    // A worktree is one; codex asks nobody about it here.
    '--skip-git-repo-check',
    ...(actsUnasked ? ['--dangerously-bypass-approvals-and-sandbox'] : []),
    ...option('--model', model),
    ...(effort === null ? [] : ['-c', `model_reasoning_effort=${JSON.stringify(effort)}`]),
    ...Object.entries(mcp === null ? {} : mcpServersOf(mcp)).flatMap(([name, server]) => ['-c', `mcp_servers.${name}=${toml(server)}`]),
    '-',
  ],
  reader,
  said,
  explainFailure,
  interruptSignal: 'SIGINT',
  tellsNoCost: true,
  countsSession: true,
};
