import type { TaskEvent } from '../../schemas/event.ts';

const isEvent = (value: unknown): value is TaskEvent =>
  typeof value === 'object' && value !== null && 'type' in value && 'taskId' in value && 'id' in value;

/** A server-sent event stream as a browser would read it, with everything it brought so far. */
export class EventStream {
  readonly events: TaskEvent[] = [];
  readonly #abort: AbortController;
  readonly #waiting = new Set<() => void>();
  #ended: string | null = null;
  readonly #done: Promise<void>;

  private constructor(body: ReadableStream<Uint8Array>, abort: AbortController) {
    this.#abort = abort;
    this.#done = this.#read(body).then(
      () => this.#finish('it was closed'),
      (error: unknown) => this.#finish(String(error)),
    );
  }

  /** @param after - the id of the last event that is known already, sent as a reconnecting browser does */
  static async open(url: string, token: string, after?: number): Promise<EventStream> {
    const abort = new AbortController();
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
      ...(after !== undefined && { 'last-event-id': String(after) }),
    };
    const response = await fetch(url, { headers, signal: abort.signal });
    if (response.status !== 200 || response.body === null)
      throw new Error(`GET ${url} answered ${response.status}: ${await response.text()}`);
    return new EventStream(response.body, abort);
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const bytes of body) {
      rest += decoder.decode(bytes, { stream: true });
      const frames = rest.split('\n\n');
      rest = frames.pop() ?? '';
      frames.forEach((frame) => this.#take(frame));
    }
  }

  #take(frame: string): void {
    const lines = frame.split('\n');
    const field = (name: string): string | undefined => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const data = field('data');
    // A comment keeps the connection alive and brings nothing.
    if (data === undefined) return;
    const event: unknown = JSON.parse(data);
    if (!isEvent(event) || String(event.id) !== field('id')?.split('-')[0] || event.type !== field('event'))
      throw new Error(`Not an event: ${frame}`);
    this.events.push(event);
    this.#waiting.forEach((look) => look());
  }

  #finish(why: string): void {
    this.#ended = why;
    this.#waiting.forEach((look) => look());
  }

  /** Resolves with the first event, past or to come, that fits; rejects with the last ones if the stream ends before. */
  until(fits: (event: TaskEvent) => boolean): Promise<TaskEvent> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.events.find(fits);
        if (found === undefined && this.#ended === null) return;
        this.#waiting.delete(look);
        if (found) resolve(found);
        else
          reject(
            new Error(
              `The stream ended (${this.#ended ?? ''}) before that. Last events:\n${this.events
                .slice(-10)
                .map((event) => JSON.stringify(event).slice(0, 300))
                .join('\n')}`,
            ),
          );
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Resolves when a task is terminal and its log complete. */
  end(taskId: string): Promise<TaskEvent> {
    return this.until((event) => event.type === 'end' && event.taskId === taskId);
  }

  /** Resolves when the server has ended the stream by itself. */
  async closedByServer(): Promise<void> {
    await this.#done;
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }
}

/** The lines of the agent's stdout among events, parsed. */
export const linesOf = (events: readonly TaskEvent[], taskId: string): Record<string, unknown>[] =>
  events.flatMap((event) => {
    if (event.type !== 'output' || event.taskId !== taskId || event.stream !== 'stdout') return [];
    const line: unknown = JSON.parse(event.content);
    return typeof line === 'object' && line !== null ? [{ ...line }] : [];
  });

export const resultsOf = (events: readonly TaskEvent[], taskId: string): unknown[] =>
  linesOf(events, taskId)
    .filter((line) => line['type'] === 'result')
    .map((line) => line['result']);

/** What the tools that the agent called answered it, as one text. */
export const printedBy = (events: readonly TaskEvent[], taskId: string): string =>
  linesOf(events, taskId)
    .flatMap(({ message }) =>
      typeof message === 'object' && message !== null && 'content' in message && Array.isArray(message.content) ? message.content : [],
    )
    .flatMap((block: unknown) =>
      typeof block === 'object' && block !== null && 'content' in block && typeof block.content === 'string' ? [block.content] : [],
    )
    .join('\n');
