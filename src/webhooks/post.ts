import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP } from 'node:net';
import type { Webhook } from 'standardwebhooks';
import { messageOf } from '../errors.ts';
import { codeOf } from '../files/failure.ts';
import type { Delivery } from '../store/task-store.ts';
import { hostOf, type AddressPolicy } from './addresses.ts';

/** What became of one try. */
export type Outcome =
  | { is: 'taken' }
  /** The receiver wants no more, ever. */
  | { is: 'ended'; error: string }
  /** @property notBefore - how long the receiver asks to be left alone, in milliseconds */
  | { is: 'failed'; error: string; notBefore: number };

export interface PostOptions {
  url: URL;
  policy: AddressPolicy;
  signer: Pick<Webhook, 'sign'>;
  /** Of the daemon. */
  version: string;
  now: Date;
  /** The most that it may take, from the look-up of the name to the end of the answer's head. */
  timeoutMs: number;
  /** Breaks it off: the daemon ends. */
  signal: AbortSignal;
}

/** What is read of an answer's body before the connection is let go. */
const mostOfAnswer = 64 * 1024;
/** A receiver cannot ask to be left alone for longer than this. */
export const longestWishMs = 3_600_000;

const wishOf = (retryAfter: string | undefined): number =>
  retryAfter !== undefined && /^\d{1,9}$/.test(retryAfter) ? Math.min(Number(retryAfter) * 1000, longestWishMs) : 0;

const judge = (status: number, retryAfter: string | undefined): Outcome => {
  if (status >= 200 && status < 300) return { is: 'taken' };
  const error = `It answered ${status}`;
  if (status === 410) return { is: 'ended', error };
  if (status >= 300 && status < 400) return { is: 'failed', error: `${error}: redirects are not followed`, notBefore: 0 };
  return { is: 'failed', error, notBefore: wishOf(retryAfter) };
};

/** An error of a connection in words; one that tried several addresses has none of its own. */
const inWords = (error: unknown): string => {
  const text = messageOf(error);
  return text === '' ? (codeOf(error) ?? 'It could not be reached') : text;
};

/** Posts one message, once. Never rejects. */
export const post = async ({ messageId, body }: Delivery, options: PostOptions): Promise<Outcome> => {
  const { url, policy, signer, version, now, timeoutMs, signal } = options;
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': `makima/${version}`,
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': signer.sign(messageId, now, body),
  };
  const late = AbortSignal.timeout(timeoutMs);
  try {
    // An address in numbers is not looked up by a connection.
    if (isIP(hostOf(url)) !== 0) await policy.check(hostOf(url));
    const request = url.protocol === 'https:' ? requestSecure : requestPlain;
    return await new Promise<Outcome>((resolve, reject) => {
      const sent = request(url, { method: 'POST', headers, agent: false, lookup: policy.lookup, signal: AbortSignal.any([signal, late]) });
      sent.on('error', reject);
      sent.on('response', (answer) => {
        resolve(judge(answer.statusCode ?? 0, answer.headers['retry-after']));
        let read = 0;
        answer.on('error', () => undefined);
        answer.on('data', (bytes: Buffer) => {
          read += bytes.length;
          if (read > mostOfAnswer) answer.destroy();
        });
      });
      sent.end(body);
    });
  } catch (error) {
    return { is: 'failed', error: late.aborted ? 'It did not answer in time' : inWords(error), notBefore: 0 };
  }
};
