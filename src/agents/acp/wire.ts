import type { AGENT_METHODS, CLIENT_METHODS } from '@agentclientprotocol/sdk';
import { fieldAt, isObject, objectAt, parseLine, stringAt, type JsonObject } from '../json-line.ts';

/** What an agent can be asked, as version 1 of the protocol names it, and what older agents know beside. */
type AgentMethod = (typeof AGENT_METHODS)[keyof typeof AGENT_METHODS] | 'session/set_model';
/** What an agent asks, or tells. */
type ClientMethod = (typeof CLIENT_METHODS)[keyof typeof CLIENT_METHODS];

/** Known by their names to those who read lines. */
export const told = {
  update: 'session/update',
  permission: 'session/request_permission',
  elicitation: 'elicitation/create',
} as const satisfies Record<string, ClientMethod>;

/** What JSON-RPC and the protocol number their errors with. */
export const errorCodes = { authRequired: -32000, notFound: -32002, unknownMethod: -32601 } as const;

export interface RpcError {
  code: number | null;
  /** What it says, its details too. */
  words: string;
}

/** One line of an agent's stdout. The id of a request is the agent's own, whatever it made it of. */
export type AgentMessage =
  | { kind: 'request'; id: string | number; method: string; params: JsonObject }
  | { kind: 'notification'; method: string; params: JsonObject }
  /** The answer to something that it was asked; `id` is one of ours, which all are texts. */
  | { kind: 'response'; id: string; result: JsonObject; error: RpcError | null };

const maxMethodLength = 200;
/** Ours are far shorter, those of agents are numbers or UUIDs. */
const maxIdLength = 200;
const maxErrorLength = 10_000;

const detailsOf = (data: unknown): string | null => {
  if (typeof data === 'string') return data;
  if (!isObject(data)) return null;
  return stringAt(data, 'details') ?? stringAt(data, 'message') ?? stringAt(data, 'error');
};

/** Some hand on what an API has answered as it stands: its message is in there. */
const messageIn = (text: string): string => {
  const parsed = parseLine(text.trim().replace(/^\[([^]*)\]$/, '$1'));
  const message = parsed && (stringAt(objectAt(parsed, 'error') ?? {}, 'message') ?? stringAt(parsed, 'message'));
  return message ? messageIn(message) : text;
};

const errorOf = (error: JsonObject): RpcError => {
  const code = fieldAt(error, 'code');
  const message = messageIn(stringAt(error, 'message') ?? 'an error without words');
  const details = detailsOf(fieldAt(error, 'data'));
  const words = details === null || details.trim() === '' || message.includes(details) ? message : `${message}: ${details}`;
  return { code: typeof code === 'number' ? code : null, words: words.slice(0, maxErrorLength) };
};

const paramsOf = (line: JsonObject): JsonObject => {
  const params = fieldAt(line, 'params');
  return isObject(params) ? params : {};
};

/**
 * A line as a message of JSON-RPC 2.0, null where it is none: agents print other things, too. What says `jsonrpc` wrongly or not at all is
 * taken all the same.
 */
export const readMessage = (line: string): AgentMessage | null => {
  const message = parseLine(line);
  if (message === null) return null;
  const id = fieldAt(message, 'id');
  const method = stringAt(message, 'method');
  if (method !== null && method.length <= maxMethodLength) {
    if (id === undefined || id === null) return { kind: 'notification', method, params: paramsOf(message) };
    const isId = typeof id === 'number' || (typeof id === 'string' && id.length <= maxIdLength);
    return isId ? { kind: 'request', id, method, params: paramsOf(message) } : null;
  }
  if (typeof id !== 'string' || id.length > maxIdLength) return null;
  const error = fieldAt(message, 'error');
  const result = fieldAt(message, 'result');
  if (isObject(error)) return { kind: 'response', id, result: {}, error: errorOf(error) };
  return result === undefined ? null : { kind: 'response', id, result: isObject(result) ? result : {}, error: null };
};

const line = (message: object): string => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;

/** A request to the agent, as bytes for stdin. JSON escapes every newline: a message is a line. */
export const request = (id: string, method: AgentMethod, params: object): string => line({ id, method, params });
export const notification = (method: AgentMethod, params: object): string => line({ method, params });
export const response = (id: string | number, result: object): string => line({ id, result });

/** The answer to a request for something that is not offered: agents have file systems and terminals of their own. */
export const refusal = (id: string | number, method: string): string =>
  line({ id, error: { code: errorCodes.unknownMethod, message: `Method not found: ${method}` } });
