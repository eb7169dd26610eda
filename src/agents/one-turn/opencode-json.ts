import type { Usage } from '../../../schemas/task.ts';
import type { JsonObject } from '../../domain/json-object.ts';
import { addUsage, noUsage } from '../../domain/usage.ts';
import type { AgentSignal, McpServer } from '../driver.ts';
import { amountAt, fieldAt, objectAt, parseLine, stringAt, typeOf } from '../json-line.ts';
import { done, note, type Said } from '../said.ts';
import type { OneTurnProtocol, OneTurnReader } from './protocol.ts';
import { explainBy } from './remedies.ts';
import { option, sessionIn } from './sessions.ts';

/** Of one step; a turn has several. What it reasons is among what it puts out. */
const usageOf = (part: JsonObject): Usage => {
  const tokens = objectAt(part, 'tokens') ?? {};
  const cache = objectAt(tokens, 'cache') ?? {};
  return {
    ...noUsage,
    inputTokens: amountAt(tokens, 'input'),
    outputTokens: amountAt(tokens, 'output') + amountAt(tokens, 'reasoning'),
    cacheReadTokens: amountAt(cache, 'read'),
    cacheWriteTokens: amountAt(cache, 'write'),
    costUsd: amountAt(part, 'cost'),
  };
};

const failureIn = (line: JsonObject): string => {
  const failure = objectAt(line, 'error') ?? {};
  const data = objectAt(failure, 'data') ?? {};
  const status = amountAt(data, 'statusCode');
  const name = stringAt(failure, 'name');
  const words = stringAt(data, 'message') ?? stringAt(failure, 'message');
  return (
    [...(name === null ? [] : [`${name}${status > 0 ? ` ${status}` : ''}`]), ...(words === null ? [] : [words])].join(': ') || 'failed'
  );
};

/** After these the agent goes on by itself. */
const goesOn: ReadonlySet<string | null> = new Set(['tool-calls', 'unknown']);

const reader = (): OneTurnReader => {
  let usage = noUsage;
  let sessionId: string | null = null;
  let isOpen = false;
  const end = (isError: boolean, message: string | null): AgentSignal => {
    isOpen = false;
    usage = { ...usage, turns: 1 };
    return { kind: 'turn-ended', isError, message, usage };
  };
  const step = (type: string | null, line: JsonObject): AgentSignal[] => {
    if (type === 'error') return [end(true, failureIn(line))];
    if (type === 'step_start' && !isOpen) {
      isOpen = true;
      return [{ kind: 'turn-started' }];
    }
    if (type !== 'step_finish') return [];
    const part = objectAt(line, 'part') ?? {};
    usage = addUsage(usage, usageOf(part));
    return goesOn.has(stringAt(part, 'reason')) ? [] : [end(false, null)];
  };
  return {
    take(type, line) {
      const id = sessionIn(stringAt(line, 'sessionID'));
      const isNew = id !== null && id !== sessionId;
      sessionId = id ?? sessionId;
      return [...(isNew ? [{ kind: 'session' as const, sessionId: id }] : []), ...step(type, line)];
    },
    get usage() {
      return usage;
    },
  };
};

/** A call and what came of it are one line, which comes when it is over. */
const toolUse = (part: JsonObject): Said[] => {
  const state = objectAt(part, 'state') ?? {};
  const callId = stringAt(part, 'callID');
  const isError = stringAt(state, 'status') === 'error' || amountAt(objectAt(state, 'metadata') ?? {}, 'exit') > 0;
  return [
    done('tool', { tool: { name: stringAt(part, 'tool') ?? 'tool', input: objectAt(state, 'input') ?? {} }, callId }),
    done('tool-result', { text: stringAt(state, 'output') ?? stringAt(state, 'error') ?? '', callId, isError }),
  ];
};

const said = (line: JsonObject): Said[] => {
  const part = objectAt(line, 'part') ?? {};
  const text = stringAt(part, 'text') ?? '';
  switch (typeOf(line)) {
    case 'tool_use':
      return toolUse(part);
    case 'text':
      return [done('text', { text })];
    case 'reasoning':
      return text.trim() === '' ? [] : [done('thinking', { text })];
    case 'error':
      return [done('error', { text: failureIn(line) })];
    case 'step_finish': {
      if (fieldAt(part, 'reason') !== 'stop') return [];
      return [note('✓ done')];
    }
    default:
      return [];
  }
};

const variable = 'OPENCODE_CONFIG_CONTENT';

/** In opencode's own words for a variable. */
const withVariables = (values: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.replace(/\$\{(\w+)\}/g, '{env:$1}')]));

const serverOf = (server: McpServer): object =>
  'command' in server
    ? { type: 'local', command: [server.command, ...(server.args ?? [])], environment: withVariables(server.env ?? {}) }
    : { type: 'remote', url: server.url, headers: withVariables(server.headers ?? {}) };

/** They are laid over its settings by a variable. One that the user has set stays what it is, and gets them, too, unless it is no plain JSON. */
const servers: OneTurnProtocol['servers'] = (brought, env) => {
  const own = parseLine(env[variable] ?? '{}');
  if (own === null) return {};
  const mcp = { ...objectAt(own, 'mcp'), ...Object.fromEntries(Object.entries(brought).map(([name, each]) => [name, serverOf(each)])) };
  return { env: { [variable]: JSON.stringify({ ...own, mcp }) } };
};

/** `opencode run --format json`, measured with 1.18.33: it takes stdin for its message, works one turn and ends. */
export const opencodeJson: OneTurnProtocol = {
  args: ({ session, model, effort }, actsUnasked) => [
    'run',
    '--format',
    'json',
    ...(actsUnasked ? ['--auto'] : []),
    ...option('--model', model),
    ...option('--variant', effort),
    ...option('--session', session),
  ],
  servers,
  reader,
  said,
  interruptSignal: null,
  explainFailure: explainBy([
    {
      says: /unexpected server error/i,
      todo: "It says so of a model that it does not know, too: `opencode models` lists them, for the task's model or the agent's own settings. Its log is in ~/.local/share/opencode/log",
    },
    {
      says: /session not found|NotFoundError/i,
      todo: 'The agent has lost this session: start the task again without resume, which begins a new one in the same worktree',
    },
    { says: /ProviderAuthError|no provider|auth login/i, todo: 'Sign in with `opencode auth login`, or set the key of its provider' },
  ]),
};
