import { MakimaError, reasonOf } from './error.ts';
import { pause, pauseMs, reasonFor } from './pause.ts';
import type { FindPlace, Place } from './place.ts';

/** One call, below the daemon's address. */
export interface Call {
  method: string;
  /** With its query. */
  path: string;
  headers?: Headers | Record<string, string>;
  body?: Uint8Array<ArrayBuffer> | undefined;
  signal?: AbortSignal | undefined;
  /** How long a daemon that is away is waited for, in milliseconds; as long as the client was told, if left out. */
  patienceMs?: number;
}

/** Sends calls to the daemon, wherever it is by now. */
export interface Transport {
  /**
   * Sends a call and tries it again while the daemon is away, for as long as the client was told: one that can be repeated without
   * harm in any case, another only where it cannot have reached the daemon.
   * @throws MakimaError UNREACHABLE, CONNECTION_LOST; the signal's reason where it fires
   */
  send: (call: Call) => Promise<Response>;
  /** Where the daemon was found last, as people would write it. */
  shown: () => string;
}

/** Codes of system and runtimes for a connection that was never there. */
const neverConnected = new Set(['ECONNREFUSED', 'ConnectionRefused', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

const codesOf = (thrown: unknown): unknown[] => {
  if (!(thrown instanceof Error)) return [];
  const own: unknown = 'code' in thrown ? thrown.code : undefined;
  return [own, ...codesOf(thrown.cause), ...(thrown instanceof AggregateError ? thrown.errors.flatMap(codesOf) : [])];
};

/** Whether the daemon cannot have seen anything of the call. */
const wasNotSent = (thrown: unknown): boolean =>
  (thrown instanceof MakimaError && thrown.code === 'UNREACHABLE') ||
  codesOf(thrown).some((code) => typeof code === 'string' && neverConnected.has(code));

/** HTTP's safe methods, and what carries a key by which the daemon knows a repeat. */
const isRepeatable = ({ method, headers }: Call): boolean => /^(GET|HEAD)$/.test(method) || new Headers(headers).has('idempotency-key');

/** A daemon that starts or ends says 503; a proxy in front of one that is away says one of these. */
const isAway = ({ status }: Response): boolean => status === 502 || status === 503 || status === 504;

const failureOf = (thrown: unknown, place: Place | null, repeatable: boolean): MakimaError => {
  if (thrown instanceof MakimaError) return thrown;
  const [where, why] = [place?.shown ?? 'the daemon', reasonOf(thrown)];
  if (repeatable || wasNotSent(thrown))
    return new MakimaError(
      'UNREACHABLE',
      `makima does not answer at ${where} (${why}). Start it with \`makima serve\`, or see whether it is there.`,
      { cause: thrown },
    );
  return new MakimaError(
    'CONNECTION_LOST',
    `The connection to ${where} broke before the answer was there (${why}). See whether it was done before you try again.`,
    { cause: thrown },
  );
};

/** An answer of which all is there: it can break no more. Streams stay as they come. */
const whole = async (response: Response): Promise<Response> => {
  if (response.body === null || !(response.headers.get('content-type') ?? '').startsWith('application/json')) return response;
  const { status, statusText, headers } = response;
  return new Response(await response.arrayBuffer(), { status, statusText, headers });
};

export interface TransportOptions {
  find: FindPlace;
  /** How long a daemon that is away is waited for, in milliseconds. */
  patienceMs: number;
}

export const makeTransport = ({ find, patienceMs }: TransportOptions): Transport => {
  let place: Place | null = null;
  let shown = '';

  const once = async ({ method, path, headers, body, signal }: Call): Promise<Response> => {
    place ??= await find();
    shown = place.shown;
    const all = new Headers(headers);
    if (!all.has('accept')) all.set('accept', 'application/json');
    for (const [name, value] of Object.entries(place.headers)) all.set(name, value);
    // A credential goes to nobody but the daemon: it redirects nowhere.
    return whole(
      await place.fetch(place.url + path, { method, headers: all, redirect: 'error', ...(body && { body }), ...(signal && { signal }) }),
    );
  };

  const send = async (call: Call): Promise<Response> => {
    const repeatable = isRepeatable(call);
    const giveUpAt = Date.now() + (call.patienceMs ?? patienceMs);
    for (let failures = 0; ; failures += 1) {
      call.signal?.throwIfAborted();
      const next = pauseMs(failures);
      const isOver = Date.now() + next > giveUpAt;
      try {
        const response = await once(call);
        if (isOver || !repeatable || !isAway(response)) return response;
        await response.body?.cancel();
      } catch (error) {
        if (call.signal?.aborted === true) throw reasonFor(call.signal);
        const tried = place;
        // The next daemon may be elsewhere, with another token.
        place = null;
        if (isOver || !(repeatable || wasNotSent(error))) throw failureOf(error, tried, repeatable);
      }
      await pause(next, call.signal);
    }
  };

  return { send, shown: () => shown };
};
