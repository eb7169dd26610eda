import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Usage } from '../../../schemas/task.ts';
import type { JsonObject } from '../../domain/json-object.ts';
import { noUsage } from '../../domain/usage.ts';
import type { McpServer } from '../driver.ts';
import { amountAt, fieldAt, objectAt, stringAt, typeOf } from '../json-line.ts';
import { done, note, type Said } from '../said.ts';
import type { OneTurnProtocol, OneTurnReader } from './protocol.ts';
import { explainBy, plainFailure } from './remedies.ts';
import { option, sessionIn } from './sessions.ts';

/** `input_tokens` has the cached ones in it. */
const usageOf = (stats: JsonObject): Usage => {
  const cacheReadTokens = amountAt(stats, 'cached');
  return {
    ...noUsage,
    inputTokens: Math.max(0, amountAt(stats, 'input_tokens') - cacheReadTokens),
    outputTokens: amountAt(stats, 'output_tokens'),
    cacheReadTokens,
    turns: 1,
  };
};

const failureIn = (line: JsonObject): string | null => {
  const failure = objectAt(line, 'error');
  const words = failure && (stringAt(failure, 'message') ?? stringAt(failure, 'type'));
  return words && plainFailure(words);
};
const isFailure = (line: JsonObject): boolean => stringAt(line, 'status') !== 'success';

const reader = (): OneTurnReader => {
  let usage = noUsage;
  return {
    take(type, line) {
      if (type === 'init') {
        const sessionId = sessionIn(stringAt(line, 'session_id'));
        return [...(sessionId === null ? [] : [{ kind: 'session' as const, sessionId }]), { kind: 'turn-started' }];
      }
      if (type !== 'result') return [];
      usage = usageOf(objectAt(line, 'stats') ?? {});
      return [{ kind: 'turn-ended', isError: isFailure(line), message: failureIn(line), usage }];
    },
    get usage() {
      return usage;
    },
  };
};

const said = (line: JsonObject): Said[] => {
  const callId = stringAt(line, 'tool_id');
  switch (typeOf(line)) {
    case 'message': {
      const text = stringAt(line, 'content') ?? '';
      // What its user has said stands in the log already.
      if (stringAt(line, 'role') !== 'assistant' || text === '') return [];
      return [done('text', { text, ...(fieldAt(line, 'delta') === true && { isContinued: true }) })];
    }
    case 'tool_use':
      return [done('tool', { tool: { name: stringAt(line, 'tool_name') ?? 'tool', input: objectAt(line, 'parameters') ?? {} }, callId })];
    case 'tool_result':
      return [done('tool-result', { text: stringAt(line, 'output') ?? failureIn(line) ?? '', callId, isError: isFailure(line) })];
    case 'error':
      return [done('error', { text: stringAt(line, 'message') ?? 'failed' })];
    case 'result': {
      if (isFailure(line)) return [done('error', { text: failureIn(line) ?? 'failed' })];
      return [note('✓ done')];
    }
    default:
      return [];
  }
};

const [variable, defaultsVariable] = ['GEMINI_CLI_SYSTEM_SETTINGS_PATH', 'GEMINI_CLI_SYSTEM_DEFAULTS_PATH'];

/** Where gemini looks for the settings of its machine. */
const usualFolder = process.platform === 'darwin' ? '/Library/Application Support/GeminiCli' : '/etc/gemini-cli';

const serverOf = (server: McpServer): object => {
  if ('command' in server) return server;
  const { url, headers = {} } = server;
  return { httpUrl: url, headers };
};

/**
 * It has them from a file in the place of its machine's settings, which go before the user's and the repository's: what these have by other
 * names stays beside them, and a `makima` that speaks for the user is not taken for the task's own. In it variables stand as they do here.
 * gemini reads such a file only where it, and each folder above it, is root's and nobody else can write to it, and says a warning of another
 * (0.61): one that does not run as root gets none. A machine that has one keeps it.
 */
const servers: OneTurnProtocol['servers'] = (brought, env) => {
  if (process.getuid?.() !== 0 || env[variable] !== undefined || existsSync(join(usualFolder, 'settings.json'))) return {};
  const mcpServers = Object.fromEntries(Object.entries(brought).map(([name, each]) => [name, serverOf(each)]));
  return {
    settings: { variable, text: JSON.stringify({ mcpServers }) },
    // Else it looks for them beside the other.
    env: { [defaultsVariable]: env[defaultsVariable] ?? join(usualFolder, 'system-defaults.json') },
  };
};

/** `gemini --output-format stream-json`, measured with 0.61.0: without a terminal it takes stdin for its prompt, works one turn and ends. */
export const geminiStreamJson: OneTurnProtocol = {
  args: ({ session, model }, actsUnasked) => [
    '--output-format',
    'stream-json',
    '--skip-trust',
    ...(actsUnasked ? ['--approval-mode', 'yolo'] : []),
    ...option('--model', model),
    ...option('--resume', session),
  ],
  takesNoEffort: 'gemini lets none be chosen: leave it out, or name a model',
  isCommand: (text) => /^\s*[/?]/.test(text),
  servers,
  reader,
  said,
  interruptSignal: 'SIGINT',
  tellsNoCost: true,
  explainFailure: explainBy([
    {
      says: /Invalid session identifier|No previous sessions|session.{0,40}not found/i,
      todo: 'The agent has lost this session: start the task again without resume, which begins a new one in the same worktree',
    },
    {
      says: /Invalid auth method|set an Auth method|GEMINI_API_KEY/i,
      todo: 'Sign in by running `gemini` once in a terminal of the same user, or set GEMINI_API_KEY and choose it in ~/.gemini/settings.json (security.auth.selectedType)',
    },
  ]),
};
