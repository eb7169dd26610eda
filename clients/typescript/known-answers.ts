import type { Call, Transport } from './transport.ts';

/** So many answers are kept, those that were asked for last, and none that is longer than a megabyte. */
const maxAnswers = 16;
const longest = 1024 * 1024;

interface Known {
  tag: string;
  bytes: ArrayBuffer;
  headers: Headers;
}

const keyOf = ({ path, headers }: Call): string => `${new Headers(headers).get('accept') ?? ''} ${path}`;

/**
 * Asks for what it has only whether that is still true, by its ETag: a poll of a list that has not changed is an answer without a body. The
 * tag is of the answer's bytes, so it is the same answer whichever daemon says so. A caller that names a tag is answered 304 as ever.
 */
export const withKnownAnswers = (transport: Transport): Transport => {
  const known = new Map<string, Known>();

  const send = async (call: Call): Promise<Response> => {
    const headers = new Headers(call.headers);
    if (call.method !== 'GET' || headers.has('if-none-match')) return transport.send(call);
    const key = keyOf(call);
    const had = known.get(key);
    if (had !== undefined) headers.set('if-none-match', had.tag);
    const response = await transport.send({ ...call, headers });
    if (had !== undefined && response.status === 304) {
      known.delete(key);
      known.set(key, had);
      return new Response(had.bytes, { headers: had.headers });
    }
    known.delete(key);
    const tag = response.headers.get('etag');
    if (response.status !== 200 || tag === null) return response;
    const bytes = await response.arrayBuffer();
    if (bytes.byteLength <= longest) known.set(key, { tag, bytes, headers: response.headers });
    for (const oldest of known.keys()) if (known.size > maxAnswers) known.delete(oldest);
    return new Response(bytes, { headers: response.headers });
  };

  return { ...transport, send };
};
