import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { MakimaError } from './error.ts';
import type { Fetch } from './place.ts';

/** The body as it is read: nothing is taken from the socket before somebody asks for it. */
const bodyOf = (answer: IncomingMessage): ReadableStream<Uint8Array> => {
  const chunks: AsyncIterator<Uint8Array, undefined> = answer[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next: IteratorResult<Uint8Array, undefined> = await chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: () => void answer.destroy(),
    },
    { highWaterMark: 0 },
  );
};

const headersOf = (headers: IncomingHttpHeaders): Headers => {
  const made = new Headers();
  for (const [name, value] of Object.entries(headers))
    for (const each of Array.isArray(value) ? value : [value ?? '']) made.append(name, each);
  return made;
};

const hasNoBody = (status: number): boolean => [204, 205, 304].includes(status);

const answerOf = (answer: IncomingMessage, isHead: boolean): Response => {
  const status = answer.statusCode ?? 0;
  const bodyless = isHead || hasNoBody(status);
  // Else the connection would wait for somebody to read it to its end.
  if (bodyless) answer.resume();
  return new Response(bodyless ? null : bodyOf(answer), {
    status,
    statusText: answer.statusMessage ?? '',
    headers: headersOf(answer.headers),
  });
};

/** Of a body what this client sends: text or bytes. */
const bytesOf = (body: RequestInit['body']): string | Uint8Array | undefined => {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  throw new MakimaError('UNREACHABLE', 'Over a unix socket only text and bytes can be sent');
};

/**
 * `fetch` over a unix socket, which neither Node's own nor a browser's can: Node's http behind the same face. Each call has a connection
 * of its own, which costs next to nothing there and is never one that the daemon has just closed.
 * @param socketPath - absolute
 */
export const fetchOver =
  (socketPath: string): Fetch =>
  (url, { method = 'GET', headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const { pathname, search } = new URL(url);
      const call = request({
        socketPath,
        path: pathname + search,
        method,
        headers: { host: 'makima', ...Object.fromEntries(new Headers(headers)) },
        agent: false,
        ...(signal && { signal }),
      });
      call.once('response', (answer) => resolve(answerOf(answer, method === 'HEAD')));
      call.once('error', reject);
      call.end(bytesOf(body));
    });
