/** Lines that agents of each protocol print, to be spoilt. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Corpus {
  /** What begins a session, in order. */
  greeting: string[];
  lines: string[];
}

const transcripts = join(import.meta.dirname, '../../fixtures/transcripts');
const linesIn = (name: string): string[] =>
  readFileSync(join(transcripts, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '');

const claude = (): Corpus => ({
  greeting: [],
  lines: readdirSync(transcripts)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap(linesIn)
    .filter((line) => line.length < 4000),
});

const rpc = (message: object): string => JSON.stringify({ jsonrpc: '2.0', ...message });
const update = (fields: object, sessionId = 'the-session'): string =>
  rpc({ method: 'session/update', params: { sessionId, update: fields } });
const text = (words: string) => ({ content: { type: 'text', text: words } });
const call = { toolCallId: 'call-1', title: 'ls', kind: 'execute', status: 'pending', rawInput: { command: 'ls' } };
const ask = (id: number | string, options: object[]): string =>
  rpc({ id, method: 'session/request_permission', params: { sessionId: 'the-session', toolCall: call, options } });
const option = (optionId: string, kind: string) => ({ optionId, name: optionId, kind });
const select = (id: string, category: string, ...values: string[]) => ({
  id,
  name: id,
  category,
  type: 'select',
  currentValue: values[0],
  options: values.map((value) => ({ value, name: value })),
});

/** As version 1 of the protocol has them, whoever is asked: the ids of the client's requests are the driver's own. */
const acp = (): Corpus => ({
  greeting: [
    rpc({
      id: 'initialize',
      result: { protocolVersion: 1, agentCapabilities: { loadSession: true }, authMethods: [{ id: 'api-key', name: 'Key' }] },
    }),
    rpc({ id: 'session', result: { sessionId: 'the-session', configOptions: [select('model', 'model', 'small', 'large')] } }),
    rpc({ id: 'set model', result: {} }),
  ],
  lines: [
    rpc({
      id: 'initialize',
      result: { protocolVersion: 1, agentCapabilities: { sessionCapabilities: { resume: {} }, mcpCapabilities: { http: true } } },
    }),
    rpc({ id: 'session', error: { code: -32000, message: 'Authentication required' } }),
    rpc({ id: 'authenticate', result: {} }),
    rpc({
      id: 'session',
      result: {
        sessionId: 'the-session',
        modes: {
          currentModeId: 'default',
          availableModes: [
            { id: 'default', name: 'Default' },
            { id: 'yolo', name: 'YOLO' },
          ],
        },
        models: { currentModelId: 'small', availableModels: [{ modelId: 'large', name: 'Large' }] },
        configOptions: [select('effort', 'thought_level', 'low', 'high'), select('mode', 'mode', 'build', 'plan')],
      },
    }),
    update({ sessionUpdate: 'agent_message_chunk', ...text('Hello') }),
    update({ sessionUpdate: 'agent_thought_chunk', ...text('Hm') }),
    update({ sessionUpdate: 'user_message_chunk', ...text('Said before') }),
    update({ sessionUpdate: 'agent_message_chunk', ...text('Of another') }, 'another-session'),
    update({ sessionUpdate: 'tool_call', ...call }),
    update({
      sessionUpdate: 'tool_call_update',
      toolCallId: 'call-1',
      status: 'completed',
      content: [
        { type: 'content', ...text('out') },
        { type: 'diff', path: '/tmp/a', oldText: null, newText: 'new' },
        { type: 'terminal', terminalId: 't' },
      ],
      rawOutput: { output: 'out', exitCode: 0 },
    }),
    update({ sessionUpdate: 'plan', entries: [{ content: 'First', priority: 'high', status: 'pending' }] }),
    update({ sessionUpdate: 'usage_update', used: 100, size: 1000, cost: { amount: 0.5, currency: 'USD' } }),
    update({ sessionUpdate: 'available_commands_update', availableCommands: [{ name: 'compact', description: 'Compact' }] }),
    ask(0, [option('proceed_once', 'allow_once'), option('proceed_always', 'allow_always'), option('cancel', 'reject_once')]),
    ask('ask-1', [option('no', 'reject_once')]),
    rpc({ method: '$/cancel_request', params: { requestId: 0 } }),
    rpc({
      id: 5,
      method: 'elicitation/create',
      params: {
        sessionId: 'the-session',
        mode: 'form',
        message: 'Which?',
        requestedSchema: {
          type: 'object',
          properties: {
            colour: { type: 'string', oneOf: [{ const: 'red', title: 'Red' }] },
            count: { type: 'integer', minimum: 1 },
            sure: { type: 'boolean' },
            some: { type: 'array', items: { enum: ['a', 'b'] } },
          },
          required: ['colour'],
        },
      },
    }),
    rpc({ id: 6, method: 'fs/read_text_file', params: { sessionId: 'the-session', path: '/etc/passwd' } }),
    rpc({ id: 7, method: 'terminal/create', params: { sessionId: 'the-session', command: 'sh' } }),
    rpc({ id: 'prompt opening', result: { stopReason: 'end_turn', usage: { totalTokens: 30, inputTokens: 20, outputTokens: 10 } } }),
    rpc({ id: 'prompt id', result: { stopReason: 'cancelled', _meta: { quota: { token_count: { input_tokens: 5, output_tokens: 6 } } } } }),
    rpc({ id: 'prompt id', error: { code: 429, message: 'Too many', data: { details: 'of them' } } }),
    rpc({ id: null, error: { code: -32700, message: 'Parse error' } }),
  ],
});

const codex = (): Corpus => {
  const lines = readdirSync(join(transcripts, 'codex')).flatMap((name) => linesIn(join('codex', name)));
  return { greeting: lines.slice(0, 4), lines: lines.filter((line) => line.length < 4000) };
};

const known: Readonly<Record<string, () => Corpus>> = { claude, acp, codex };

/** Of a protocol that is not known here yet, those of all. */
export const corpusOf = (protocol: string): Corpus =>
  known[protocol]?.() ?? { greeting: [], lines: [...claude().lines.slice(0, 50), ...acp().lines] };
