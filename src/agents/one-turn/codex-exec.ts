import type { Usage } from '../../../schemas/task.ts';
import { noUsage } from '../../domain/usage.ts';
import type { AgentSignal } from '../driver.ts';
import { amountAt, fieldAt, objectAt, objectsAt, stringAt, typeOf, type JsonObject } from '../json-line.ts';
import type { OneTurnProtocol, OneTurnReader } from './protocol.ts';
import { remediesOfApis } from './remedies.ts';
import { activity, note, type Said } from './said.ts';
import { option, sessionIn } from './sessions.ts';

/** Of the cached tokens codex says that they are among the others. */
const usageOf = (told: JsonObject): Usage => {
  const [cacheReadTokens, cacheWriteTokens] = [amountAt(told, 'cached_input_tokens'), amountAt(told, 'cache_write_input_tokens')];
  return {
    ...noUsage,
    inputTokens: Math.max(0, amountAt(told, 'input_tokens') - cacheReadTokens - cacheWriteTokens),
    outputTokens: amountAt(told, 'output_tokens'),
    cacheReadTokens,
    cacheWriteTokens,
    turns: 1,
  };
};

const reader = (): OneTurnReader => {
  let usage = noUsage;
  const ended = (message: string | null, isError: boolean): AgentSignal[] => [{ kind: 'turn-ended', isError, message, usage }];
  return {
    take(type, line) {
      switch (type) {
        case 'thread.started': {
          const sessionId = sessionIn(stringAt(line, 'thread_id'));
          return sessionId === null ? [] : [{ kind: 'session', sessionId }];
        }
        case 'turn.started':
          return [{ kind: 'turn-started' }];
        case 'turn.completed':
          usage = usageOf(objectAt(line, 'usage') ?? {});
          return ended(null, false);
        case 'turn.failed':
          usage = { ...usage, turns: 1 };
          return ended(stringAt(objectAt(line, 'error') ?? {}, 'message'), true);
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
      return { name: 'shell', input: { command: stringAt(item, 'command') ?? '' } };
    case 'file_change':
      return {
        name: 'apply_patch',
        input: {
          path: objectsAt(item, 'changes')
            .map((change) => stringAt(change, 'path') ?? '')
            .join(', '),
        },
      };
    case 'mcp_tool_call':
      return { name: `${stringAt(item, 'server') ?? 'mcp'}.${stringAt(item, 'tool') ?? 'tool'}`, input: objectAt(item, 'arguments') ?? {} };
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
    const begins = activity('tool', { tool, callId });
    if (!isOver) return [begins];
    const isError = stringAt(item, 'status') === 'failed' || amountAt(item, 'exit_code') > 0;
    const ends = activity('tool-result', { text: outcomeOf(item), callId, isError });
    // Of these no line tells the beginning.
    return typeOf(item) === 'file_change' || typeOf(item) === 'web_search' ? [begins, ends] : [ends];
  }
  const text = stringAt(item, 'text') ?? '';
  switch (typeOf(item)) {
    case 'agent_message':
      return isOver ? [activity('text', { text })] : [];
    case 'reasoning':
      return isOver ? [activity('thinking', { text })] : [];
    case 'todo_list':
      return [activity('plan', { text: planOf(item) })];
    case 'error':
      return isOver ? [activity('error', { text: stringAt(item, 'message') ?? 'failed' })] : [];
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
    case 'turn.completed': {
      const { inputTokens, outputTokens, cacheReadTokens } = usageOf(objectAt(line, 'usage') ?? {});
      return [note(`✓ done (${inputTokens + cacheReadTokens} tokens in, ${outputTokens} out)`)];
    }
    case 'turn.failed':
      return [activity('error', { text: stringAt(objectAt(line, 'error') ?? {}, 'message') ?? 'failed' })];
    case 'error':
      return [activity('error', { text: stringAt(line, 'message') ?? 'failed' })];
    default:
      return [];
  }
};

/**
 * `codex exec --json`, measured with 0.169.0: it reads the prompt from stdin to its end where that is named `-`, works one turn and ends. It
 * asks nobody; where it is not to act unasked, its own settings say what it may do, which is to read where they say nothing.
 */
export const codexExec: OneTurnProtocol = {
  args: ({ session, model, effort }, actsUnasked) => [
    'exec',
    ...(session === null ? [] : ['resume', session]),
    '--json',
    // A worktree is one; codex asks nobody about it here.
    '--skip-git-repo-check',
    ...(actsUnasked ? ['--dangerously-bypass-approvals-and-sandbox'] : []),
    ...option('--model', model),
    ...(effort === null ? [] : ['-c', `model_reasoning_effort=${JSON.stringify(effort)}`]),
    '-',
  ],
  reader,
  said,
  remedies: [
    {
      says: /no (rollout|conversation|thread|session) found|session.{0,40}not found/i,
      todo: 'The agent has lost this session: start the task again without resume, which begins a new one in the same worktree',
    },
    { says: /not logged in|login required|codex login/i, todo: 'Sign in with `codex login`, or set its key as its config.toml says' },
    ...remediesOfApis,
  ],
};
