import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import { Webhook as Verifier } from 'standardwebhooks';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  message: { type: string; timestamp: string; data: Record<string, unknown> };
}

/** How a path answers: a status, or whatever is done with the answer. */
export type Answering = number | ((answer: ServerResponse, received: Received) => void);

/** A server that webhooks are delivered to. */
export interface Receiver {
  url: string;
  port: number;
  /** All that came, whether it was taken or not. */
  received: Received[];
  /** From now on; 204 where nothing is said. */
  answer: (path: string, how: Answering) => void;
  /** Resolves with what came at a path, in order, as soon as that fits. */
  until: (path: string, fits: (received: Received[]) => boolean) => Promise<Received[]>;
  at: (path: string) => Received[];
}

export const startReceiver = async (t: Test, port = 0): Promise<Receiver> => {
  const received: Received[] = [];
  const answers = new Map<string, Answering>();
  const waiting = new Set<() => void>();
  const server = createServer((request, answer) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      const path = request.url ?? '';
      const one: Received = { path, headers: request.headers, text, message: JSON.parse(text) };
      received.push(one);
      const how = answers.get(path) ?? 204;
      if (typeof how === 'number') answer.writeHead(how).end();
      else how(answer, one);
      for (const look of waiting) look();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port: bound } = server.address() as AddressInfo;
  const at = (path: string): Received[] => received.filter((one) => one.path === path);
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    received,
    at,
    answer: (path, how) => void answers.set(path, how),
    until: (path, fits) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!fits(at(path))) return;
          waiting.delete(look);
          resolve(at(path));
        };
        waiting.add(look);
        look();
      }),
  };
};

/** Checks the signature. @throws Error where it is wrong */
export const verify = (secret: string, { text, headers }: Received): unknown =>
  new Verifier(secret).verify(text, {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  });

export const isOf =
  (type: string, taskId: string, fields: Record<string, unknown> = {}) =>
  ({ message }: Received): boolean =>
    message.type === type &&
    message.data['taskId'] === taskId &&
    Object.entries(fields).every(([name, value]) => message.data[name] === value);
