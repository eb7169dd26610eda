import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Recorded {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  /** The exact bytes of each field, in order; read apart from any form parser, since the values need not be UTF-8. */
  fields: [name: string, value: Buffer][];
}

export type Answer = (request: Recorded, response: ServerResponse) => void;

/** `application/x-www-form-urlencoded` as bytes. */
const fieldsOf = (body: Buffer): [string, Buffer][] =>
  body.length === 0
    ? []
    : body
        .toString('latin1')
        .split('&')
        .map((pair) => {
          const at = pair.indexOf('=');
          const bytes = (text: string) =>
            Buffer.from(
              text.replaceAll('+', ' ').replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
              'latin1',
            );
          return [bytes(pair.slice(0, at)).toString(), bytes(pair.slice(at + 1))];
        });

/** A real HTTP server that remembers what it was asked. */
export const recordingServer = async (answer: Answer, port = 0) => {
  const requests: Recorded[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const recorded = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      fields: fieldsOf(await buffer(request)),
    };
    requests.push(recorded);
    answer(recorded, response);
  };
  const server: Server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => server.emit('error', error));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Answers every request with the same text. */
export const text =
  (body: string | Buffer, status = 200): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body);
  };
