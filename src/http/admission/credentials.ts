import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import { MakimaError } from '../../errors.ts';
import type { Actions, Caller } from '../../tasks/actions.ts';
import { plugin } from '../plugin.ts';
import { cameOverUnixSocket } from '../connections/unix-socket.ts';
import { wasHandedOn } from './forwarded.ts';

const owner: Caller = { kind: 'owner' };

/** More than a token has (home/token.ts). */
const longest = 512;

/**
 * Compares texts with the token in a time that tells neither its length nor how much of it was right: what is compared always has one
 * length. A digest of both would do the same at six times the price, on every request.
 */
const comparison = (token: string): ((text: string) => boolean) => {
  const write = (into: Buffer, text: string): void => {
    into.fill(0);
    into.writeUInt32LE(text.length);
    into.write(text, 4);
  };
  const [expected, given] = [Buffer.alloc(4 + 3 * longest), Buffer.alloc(4 + 3 * longest)];
  write(expected, token);
  return (text) => {
    write(given, text.slice(0, longest + 1));
    return timingSafeEqual(given, expected);
  };
};

const bearer = (header: string): string | null => /^bearer +(\S+) *$/i.exec(header)?.[1] ?? null;

/** Who comes without a tool key. */
const withoutKey = (request: FastifyRequest, isToken: (text: string) => boolean): Caller | null => {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    if (!cameOverUnixSocket(request.raw)) return null;
    // The socket is the owner's alone, but whoever reaches a proxy that connects to it is not.
    if (wasHandedOn(request.raw))
      throw new MakimaError('UNAUTHENTICATED', 'The request was handed on to the unix socket by a proxy, and brought no credential');
    return owner;
  }
  const token = bearer(authorization);
  if (token === null) throw new MakimaError('UNAUTHENTICATED', 'The Authorization header is not of the form: Bearer <token>');
  if (!isToken(token)) throw new MakimaError('UNAUTHENTICATED', 'The token is not the one of this daemon');
  return owner;
};

const ofKey = async (key: string | string[], actions: CredentialsOptions['actions']): Promise<Caller> => {
  const caller = typeof key === 'string' ? await actions.callerOfToolKey(key) : null;
  if (!caller)
    throw new MakimaError('UNAUTHENTICATED', 'The tool key is not valid: it is unknown, revoked or expired, or its run has ended');
  return caller;
};

/** Who may call: everybody, whoever brings a right credential, or the owner alone. */
export type Credentials = 'none' | 'any' | 'owner';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** As the scope says; a route narrows it to the owner where a tool key never opens it. */
    credentials?: Credentials;
  }
  interface FastifyRequest {
    caller: Caller | null;
  }
  interface FastifyInstance {
    /** Asks a request for a credential. */
    identify: onRequestHookHandler;
  }
}

export interface CredentialsOptions {
  /** The owner's token as it stands in its file. */
  ownerToken: string;
  actions: Pick<Actions, 'callerOfToolKey'>;
}

/** Knows who calls. Scopes say which of their requests are asked. */
export const credentials = plugin<CredentialsOptions>({ name: 'credentials', dependencies: ['gate'] }, (app, options) => {
  const isToken = comparison(options.ownerToken);
  app.decorateRequest('caller', null);
  const admit = (request: FastifyRequest, who: Caller | null): void => {
    if (!who) throw new MakimaError('UNAUTHENTICATED');
    request.caller = who;
    if (who.kind !== 'owner' && request.routeOptions.config.credentials === 'owner') throw new MakimaError('FORBIDDEN');
  };
  // Every credential that was sent has to be right, also where another is or the connection is the owner's: a script with an old
  // key shall hear of it. A key sent over the unix socket narrows the caller to the key.
  app.decorate('identify', (request, _reply, done) => {
    const key = request.headers['x-makima-tool-key'];
    if (key === undefined) {
      admit(request, withoutKey(request, isToken));
      done();
      return;
    }
    ofKey(key, options.actions)
      .then((caller) => admit(request, request.headers.authorization === undefined ? caller : withoutKey(request, isToken)))
      .then(() => done(), done);
  });
});

/**
 * Who makes this request.
 * @throws MakimaError UNAUTHENTICATED on a route that asked for no credential
 */
export const caller = (request: FastifyRequest): Caller => {
  if (!request.caller) throw new MakimaError('UNAUTHENTICATED');
  return request.caller;
};
