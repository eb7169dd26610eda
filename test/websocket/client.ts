/** A client of the WebSocket that holds every frame it gets against the schemas. */
import { once } from 'node:events';
import validators from '@fastify/ajv-compiler';
import type { TSchema } from '@sinclair/typebox';
import type { Test } from 'tap';
import { WebSocket } from 'ws';
import { namedSchemas } from '../../schemas/index.ts';
import { messageSchemas, type Message, type MessageName } from '../../schemas/websocket/messages.ts';
import { ownerToken } from '../http/serve.ts';

const named = Object.fromEntries(namedSchemas.flatMap((schema) => (schema.$id === undefined ? [] : [[schema.$id, schema]])));
const compile = validators()(named, { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } });
const checks = new Map(Object.entries<TSchema>(messageSchemas).map(([name, schema]) => [name, compile({ schema })]));

/** What is wrong with a frame by the schemas; null where nothing is. */
export const undocumented = (frame: Record<string, unknown>): string | null => {
  const name = String(frame['type']);
  const check = checks.get(name);
  if (check === undefined) return `there is no message ${name}`;
  if (check(frame) !== true) return `${name}: ${JSON.stringify(check.errors)}`;
  const properties = Object.entries<TSchema>(messageSchemas).find(([each]) => each === name)?.[1]['properties'];
  const further = name === 'error' ? [] : Object.keys(frame).filter((field) => !Object.hasOwn(Object(properties), field));
  return further.length === 0 ? null : `${name} has ${further.join()}`;
};

const isMessage = (frame: Record<string, unknown>): frame is Message => undocumented(frame) === null;

export interface Client {
  socket: WebSocket;
  /** All that came, in order. */
  frames: Message[];
  /** Resolves with the next frame of this type that was not taken yet. */
  next: <Name extends MessageName>(
    type: Name,
    fits?: (message: Extract<Message, { type: Name }>) => boolean,
  ) => Promise<Extract<Message, { type: Name }>>;
  /** Sends a command, with an id of its own where it has none. */
  send: (command: Record<string, unknown>) => void;
  /** Sends one and resolves with its answer, which may be an error. */
  ask: (command: Record<string, unknown>) => Promise<Message>;
  /** The code and the reason of the close, when it has come. */
  closed: Promise<{ code: number; reason: string }>;
}

export interface ConnectOptions {
  /** Beside the address, such as `?after=3`. */
  query?: string;
  headers?: Record<string, string>;
  protocols?: string[];
  /** Answers no pings. */
  silent?: boolean;
}

let lastId = 0;

/** Takes what comes off a socket. */
export const clientOf = (t: Test, socket: WebSocket): Client => {
  const frames: Message[] = [];
  const taken = new Set<Message>();
  const waiting = new Set<() => void>();
  socket.on('message', (data: Buffer) => {
    const frame: Record<string, unknown> = JSON.parse(data.toString());
    if (isMessage(frame)) frames.push(frame);
    else t.fail(undocumented(frame) ?? '');
    for (const look of waiting) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
      for (const look of waiting) look();
    });
  });
  const next: Client['next'] = (type, fits = () => true) =>
    new Promise((resolve, reject) => {
      const isIt = (frame: Message): frame is Extract<Message, { type: typeof type }> => frame.type === type;
      const look = (): void => {
        const found = frames.filter(isIt).find((frame) => !taken.has(frame) && fits(frame));
        if (found !== undefined) {
          taken.add(found);
          resolve(found);
        } else if (socket.readyState === WebSocket.CLOSED) reject(new Error(`closed before ${type} came`));
        else return;
        waiting.delete(look);
      };
      waiting.add(look);
      look();
    });
  const ask: Client['ask'] = (command) => {
    const requestId = command['requestId'] ?? `request-${++lastId}`;
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = frames.find((frame) => 'requestId' in frame && frame.requestId === requestId && !taken.has(frame));
        if (found !== undefined) {
          taken.add(found);
          resolve(found);
        } else if (socket.readyState === WebSocket.CLOSED) reject(new Error(`closed before ${JSON.stringify(command)} was answered`));
        else return;
        waiting.delete(look);
      };
      waiting.add(look);
      socket.send(JSON.stringify({ requestId, ...command }));
    });
  };
  return { socket, frames, next, ask, closed, send: (command) => socket.send(JSON.stringify(command)) };
};

/** Opens one to a daemon, with the owner's token where no other headers are given. */
export const connect = async (t: Test, url: string, options: ConnectOptions = {}): Promise<Client> => {
  const socket = dial(t, url, options);
  const client = clientOf(t, socket);
  await once(socket, 'open');
  return client;
};

/** The same before it is open. */
export const dial = (t: Test, url: string, { query = '', headers, protocols = [], silent = false }: ConnectOptions = {}): WebSocket => {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/v1/mesh/ws${query}`, protocols, {
    headers: headers ?? { authorization: `Bearer ${ownerToken}` },
    autoPong: !silent,
  });
  socket.on('error', () => undefined);
  t.teardown(() => {
    if (socket.readyState !== WebSocket.CONNECTING) socket.terminate();
  });
  return socket;
};

/** How a handshake is refused: the status, and the code of the body. */
export const refusal = async (
  t: Test,
  url: string,
  options: ConnectOptions = {},
): Promise<{ status: number; code: string; message: string }> => {
  const socket = dial(t, url, options);
  const [, response] = await once(socket, 'unexpected-response');
  let text = '';
  for await (const piece of response) text += String(piece);
  const { code, message } = JSON.parse(text);
  return { status: response.statusCode, code, message };
};
