import type { IncomingHttpHeaders } from 'node:http';
import { MakimaError } from '../errors.ts';

/** What is spoken. A client that offers protocols has to offer this one, since a browser wants one of its own chosen. */
export const protocol = 'makima.v1';

/** A browser sets no headers on a WebSocket: it brings its credential as one of the protocols that it offers. */
const carriers = [
  { prefix: 'makima.token.', header: 'authorization', value: (secret: string) => `Bearer ${secret}` },
  { prefix: 'makima.key.', header: 'x-makima-tool-key', value: (secret: string) => secret },
] as const;

const decode = (encoded: string): string => {
  const secret = Buffer.from(encoded, 'base64url').toString('latin1');
  // What no header could hold is no credential either.
  if (!/^[\w-]+$/.test(encoded) || !/^[\x21-\x7e]+$/.test(secret))
    throw new MakimaError('UNAUTHENTICATED', 'The credential among the protocols is not base64url of one');
  return secret;
};

/**
 * Takes the credential out of the protocols that are offered and puts it where other clients send theirs: nothing behind this sees a
 * protocol that is a secret, and one is looked at like the other.
 * @param headers - of the request; changed
 * @throws MakimaError VALIDATION_FAILED, UNAUTHENTICATED
 */
export const takeCredential = (headers: IncomingHttpHeaders): void => {
  const offered = headers['sec-websocket-protocol'];
  if (offered === undefined) return;
  const plain: string[] = [];
  for (const entry of offered.split(',').map((name) => name.trim())) {
    const carrier = carriers.find(({ prefix }) => entry.startsWith(prefix));
    if (carrier === undefined) plain.push(entry);
    else if (headers[carrier.header] === undefined) headers[carrier.header] = carrier.value(decode(entry.slice(carrier.prefix.length)));
    else throw new MakimaError('UNAUTHENTICATED', `More than one credential came: leave ${carrier.header} or the protocol out`);
  }
  headers['sec-websocket-protocol'] = plain.join(', ');
  if (!plain.includes(protocol))
    throw new MakimaError('VALIDATION_FAILED', `The protocol ${protocol} is not among those that are offered`, {
      details: { in: 'header', field: 'sec-websocket-protocol', rule: 'enum' },
    });
};
