import { isObject, type JsonObject } from '../domain/json-object.ts';
import { fieldAt, objectAt, parseLine, stringAt } from './json-line.ts';

/** The id of a request, as the one who asks has made it. */
export type RpcId = string | number;

export interface RpcError {
  code: number | null;
  /** What it says, its details too. */
  words: string;
}

/** One line of an agent that speaks JSON-RPC. */
export type RpcMessage =
  | { kind: 'request'; id: RpcId; method: string; params: JsonObject }
  | { kind: 'notification'; method: string; params: JsonObject }
  /** The answer to something that it was asked; `id` is one of ours, which all are texts. */
  | { kind: 'response'; id: string; result: JsonObject; error: RpcError | null };

/** Of a method and an id; those that there are are far shorter. */
const maxNameLength = 200;
const maxErrorLength = 10_000;

const detailsOf = (data: unknown): string | null => {
  if (typeof data === 'string') return data;
  if (!isObject(data)) return null;
  return stringAt(data, 'details') ?? stringAt(data, 'message') ?? stringAt(data, 'error');
};

/** Some hand on what an API has answered as it stands: its message is in there. */
export const messageIn = (text: string): string => {
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

/**
 * A line as a message of JSON-RPC 2.0, null where it is none: agents print other things, too. What says `jsonrpc` wrongly or not at all is
 * taken all the same.
 */
export const readRpc = (line: string): RpcMessage | null => {
  const message = parseLine(line);
  if (message === null) return null;
  const id = fieldAt(message, 'id');
  const method = stringAt(message, 'method');
  if (method !== null && method.length <= maxNameLength) {
    const params = objectAt(message, 'params') ?? {};
    if (id === undefined || id === null) return { kind: 'notification', method, params };
    const isId = typeof id === 'number' || (typeof id === 'string' && id.length <= maxNameLength);
    return isId ? { kind: 'request', id, method, params } : null;
  }
  if (typeof id !== 'string' || id.length > maxNameLength) return null;
  const [error, result] = [fieldAt(message, 'error'), fieldAt(message, 'result')];
  if (isObject(error)) return { kind: 'response', id, result: {}, error: errorOf(error) };
  return result === undefined ? null : { kind: 'response', id, result: isObject(result) ? result : {}, error: null };
};

/** A message as bytes for stdin. JSON escapes every newline: a message is a line. */
export const rpcLine = (message: object): string => `${JSON.stringify(message)}\n`;

/** What JSON-RPC answers to a request for something that is not offered. */
export const unknownMethod = (id: RpcId, method: string): object => ({
  id,
  error: { code: -32601, message: `Method not found: ${method}` },
});
