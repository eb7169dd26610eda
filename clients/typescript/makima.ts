import createClient from 'openapi-fetch';
import { call } from './answered.ts';
import { callsOf, type Api, type Calls, type CreateOptions } from './calls.ts';
import type { CreateTask, OutputEvent, Task, paths } from './contract.d.ts';
import { MakimaError } from './error.ts';
import { eventsOf, type Events, type EventsOptions, type TaskEvent } from './events.ts';
import { outputOf, type OutputOptions } from './output.ts';
import { reasonFor } from './pause.ts';
import { withKnownAnswers } from './known-answers.ts';
import type { FindPlace } from './place.ts';
import { makeTransport, type Transport } from './transport.ts';
import { waitFor, type WaitOptions } from './wait.ts';

export interface ConnectOptions {
  /** The daemon's home, where its socket, token and address are found; `MAKIMA_HOME`, or ~/.makima, where left out. */
  home?: string;
  /** The daemon's address, such as http://127.0.0.1:8080, with its base path. */
  url?: string;
  /** The owner's token, which `token` in the home holds. */
  token?: string;
  /** A task's tool key, which opens that task's tree. */
  toolKey?: string;
  /** The path of its unix socket. With `url`, that says below which path all is served. */
  socket?: string;
  /** Sends the requests, in place of the runtime's own; not over a socket. */
  fetch?: typeof fetch;
  /** How long a daemon that is away, as while it starts again, is waited for, in milliseconds; a minute if left out, Infinity is for ever. */
  retryMs?: number;
  /** Closes the client. */
  signal?: AbortSignal;
}

export interface RunOptions extends CreateOptions {
  /** Told of each event of the task; what it returns is waited for before the next. */
  onEvent?: (event: TaskEvent) => unknown;
}

/** A daemon, wherever it is by now. */
export interface Makima extends Calls {
  /** Where it is, as people would write it. */
  readonly url: string;
  /** Every route, typed, as openapi-fetch has it: `{data, error, response}`. */
  readonly api: Api;
  /** The data of a call of `api`, or its error thrown. */
  call: typeof call;
  /** What happens, as it happens: see `EventsOptions`. */
  events: (options?: EventsOptions) => Events;
  /** What a task's agent wrote, line by line. */
  output: (taskId: string, options?: OutputOptions) => AsyncIterableIterator<OutputEvent>;
  /**
   * Makes a task, starts it and waits for its end, over restarts of the daemon too. Where the signal fires the task goes on.
   * @returns the task at its end: look at its status
   */
  run: (task: CreateTask, options?: RunOptions) => Promise<Task>;
  /**
   * Waits for the end of a task.
   * @throws MakimaError TIMEOUT after `timeoutMs`, with the task as it is then in `details.task`
   */
  wait: (taskId: string, options?: WaitOptions) => Promise<Task>;
  /** Ends all iterators; what is called afterwards throws CLOSED. */
  close: () => void;
}

const defaultPatienceMs = 60_000;
/** Paths are put behind it, and it is taken off again: where the daemon is, the transport knows. */
const nowhere = 'http://makima';

/** openapi-fetch's client over the transport. */
const apiOver = (transport: Transport): Api =>
  createClient<paths, 'application/json'>({
    baseUrl: nowhere,
    fetch: async (request) => {
      const body = new Uint8Array(await request.arrayBuffer());
      const { method, headers, signal } = request;
      return transport.send({
        method,
        path: request.url.slice(nowhere.length),
        headers,
        signal,
        body: body.length === 0 ? undefined : body,
      });
    },
  });

/** Until the client is closed. */
const untilClosed = (transport: Transport, closing: AbortSignal): Transport => ({
  ...transport,
  send: (request) => {
    if (closing.aborted)
      return Promise.reject(new MakimaError('CLOSED', 'The client was closed: connect again', { cause: reasonFor(closing) }));
    return transport.send(request);
  },
});

/**
 * A client of the daemon that is found there.
 * @param isExpected - whether the daemon is known to be there, so that it is waited for while it starts again
 * @throws MakimaError UNREACHABLE where there is none
 */
export const connectTo = async (
  find: FindPlace,
  { signal, retryMs = defaultPatienceMs }: ConnectOptions,
  isExpected: boolean,
): Promise<Makima> => {
  const found = makeTransport({ find, patienceMs: retryMs });
  const answer = await found.send({ method: 'GET', path: '/readyz', signal, ...(!isExpected && { patienceMs: 0 }) });
  await answer.body?.cancel();

  const closing = new AbortController();
  const close = (): void => {
    signal?.removeEventListener('abort', close);
    closing.abort();
  };
  signal?.addEventListener('abort', close, { once: true });
  const transport = untilClosed(withKnownAnswers(found), closing.signal);
  const api = apiOver(transport);
  const calls = callsOf(api);
  const events = (options: EventsOptions = {}): Events => eventsOf(transport, options, closing.signal);
  const wait = (taskId: string, options: WaitOptions = {}): Promise<Task> => waitFor(transport, taskId, options);

  return {
    ...calls,
    get url() {
      return transport.shown();
    },
    api,
    call,
    events,
    output: (taskId, options = {}) => outputOf(transport, taskId, options, closing.signal),
    async run(task, { onEvent, signal, ...options } = {}) {
      const { id } = await calls.createTask({ ...task, start: true }, { ...options, signal });
      if (onEvent) for await (const event of events({ taskId: id, ...(signal && { signal }) })) await onEvent(event);
      return wait(id, { signal });
    },
    wait,
    close,
  };
};
