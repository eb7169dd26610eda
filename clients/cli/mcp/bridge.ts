import { textOf } from '../../typescript/chunks.ts';
import { errorOfAnswer, MakimaError, reasonOf } from '../../typescript/error.ts';
import { SseParser } from '../../typescript/sse.ts';
import type { Transport } from '../../typescript/transport.ts';

type Json = Record<string, unknown>;
type Id = string | number | null;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): Json => (isObject(value) ? value : {});
const textAt = (value: Json, name: string): string | null => (typeof value[name] === 'string' ? value[name] : null);
const parsed = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
};

/** How long a daemon that is away is waited for, as while it starts again, in milliseconds: below the time after which clients give up a server. */
const patienceMs = 8_000;
/** JSON-RPC's code for what is not JSON, and one of those that are a server's own. */
const [noJson, failed] = [-32700, -32000];

/** What a model is told of an error, to go on with. */
const wordsOf = (thrown: unknown): string =>
  thrown instanceof MakimaError
    ? thrown.message
    : `The connection to the daemon broke before the answer was there (${reasonOf(thrown)}). See whether it was done before you try again.`;

/** What of a message must stand in the headers, where each request stands by itself. */
const headersOf = (message: Json, agreed: string | null): Record<string, string> => {
  const params = objectOf(message['params']);
  const revision = textAt(objectOf(params['_meta']), 'io.modelcontextprotocol/protocolVersion') ?? agreed;
  const named = [
    ['mcp-protocol-version', revision],
    ['mcp-method', textAt(message, 'method')],
    ['mcp-name', textAt(params, 'name') ?? textAt(params, 'uri')],
  ] as const;
  const known = named.flatMap<[string, string]>(([name, value]) =>
    value !== null && /^[\x21-\x7e]{1,500}$/.test(value) ? [[name, value]] : [],
  );
  return { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...Object.fromEntries(known) };
};

/**
 * The Model Context Protocol between lines, as a client speaks it to a program that it starts, and the daemon's `/mcp`, which keeps no session:
 * each message is a call of its own. So the client goes on over a restart of the daemon, and no settings of it hold a credential or a port.
 */
export class Bridge {
  readonly #send: Transport['send'];
  readonly #print: (message: unknown) => Promise<void>;
  /** What is asked and not yet answered. */
  readonly #open = new Map<Id, AbortController>();
  /** Which revision the handshake has agreed on. */
  #agreed: string | null = null;

  /** @param print - onto a line */
  constructor(send: Transport['send'], print: (message: unknown) => Promise<void>) {
    this.#send = send;
    this.#print = print;
  }

  /** Resolves when what the line asks is answered. @param line - one message of the client's */
  async take(line: string): Promise<void> {
    if (line.trim() === '') return;
    const message = parsed(line);
    if (message === undefined) return this.#refuse(null, noJson, 'That line is not JSON');
    const { id, method, params } = objectOf(message);
    if (method === 'notifications/cancelled') {
      this.#cancel(objectOf(params)['requestId']);
      return;
    }
    const asked = typeof id === 'string' || typeof id === 'number' ? id : null;
    const leaving = new AbortController();
    if (asked !== null) this.#open.set(asked, leaving);
    try {
      const isAnswered = await this.#pass(line, objectOf(message), leaving.signal);
      if (asked !== null && typeof method === 'string' && !isAnswered) await this.#refuse(asked, failed, wordsOf(new Error('it ended')));
    } catch (error) {
      // Whoever has cancelled it wants no answer.
      if (!leaving.signal.aborted && asked !== null) await this.#refuse(asked, failed, wordsOf(error));
    } finally {
      if (asked !== null) this.#open.delete(asked);
    }
  }

  #cancel(id: unknown): void {
    if (typeof id === 'string' || typeof id === 'number') this.#open.get(id)?.abort();
  }

  async #refuse(id: Id, code: number, message: string): Promise<void> {
    await this.#print({ jsonrpc: '2.0', id, error: { code, message } });
  }

  /** @returns whether it was answered */
  async #pass(line: string, message: Json, signal: AbortSignal): Promise<boolean> {
    const response = await this.#send({
      method: 'POST',
      path: '/mcp',
      headers: headersOf(message, this.#agreed),
      body: new TextEncoder().encode(line),
      signal,
      patienceMs,
    });
    if ((response.headers.get('content-type') ?? '').startsWith('text/event-stream')) return this.#passStream(response, message);
    const answer = parsed(await response.text());
    if (answer === undefined) return false;
    // The daemon's own refusals are none of the protocol: they say what to do.
    if (isObject(answer) && answer['jsonrpc'] === undefined) throw errorOfAnswer(response, answer);
    await this.#answer(answer, message);
    return true;
  }

  async #passStream(response: Response, message: Json): Promise<boolean> {
    const parser = new SseParser();
    let isAnswered = false;
    for await (const text of textOf(response, null))
      for (const { data } of parser.push(text)) {
        const said = parsed(data);
        if (said === undefined) continue;
        isAnswered ||= isObject(said) && said['id'] === message['id'];
        await this.#answer(said, message);
      }
    return isAnswered;
  }

  async #answer(said: unknown, { method }: Json): Promise<void> {
    if (method === 'initialize') this.#agreed = textAt(objectOf(objectOf(said)['result']), 'protocolVersion') ?? this.#agreed;
    await this.#print(said);
  }
}
