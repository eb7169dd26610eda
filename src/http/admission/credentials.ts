import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { MakimaError } from '../../errors.ts';
import type { Actions, Caller } from '../../tasks/actions.ts';
import { plugin } from '../plugin.ts';
import { cameOverUnixSocket } from '../connections/unix-socket.ts';

const owner: Caller = { kind: 'owner' };

/** Digests have one length, so that comparing them tells neither the token's length nor how much of it was right. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const bearer = (header: string): string | null => /^bearer +(\S+) *$/i.exec(header)?.[1] ?? null;

/**
 * Decides who calls. Every credential that was sent has to be right, also where another is or the connection is the
 * owner's: a script with an old key shall hear of it. A key sent over the unix socket narrows the caller to the key.
 */
const callerOf = async (request: FastifyRequest, tokenDigest: Buffer, actions: CredentialsOptions['actions']): Promise<Caller> => {
  const { authorization } = request.headers;
  const key = request.headers['x-makima-tool-key'];
  let caller: Caller | null = cameOverUnixSocket(request.raw) ? owner : null;
  if (key !== undefined) {
    caller = typeof key === 'string' ? await actions.callerOfToolKey(key) : null;
    if (!caller)
      throw new MakimaError('UNAUTHENTICATED', 'The tool key is not valid: it is unknown, revoked or expired, or its run has ended');
  }
  if (authorization !== undefined) {
    const token = bearer(authorization);
    if (token === null) throw new MakimaError('UNAUTHENTICATED', 'The Authorization header is not of the form: Bearer <token>');
    if (!timingSafeEqual(digest(token), tokenDigest)) throw new MakimaError('UNAUTHENTICATED', 'The token is not the one of this daemon');
    caller = owner;
  }
  if (!caller) throw new MakimaError('UNAUTHENTICATED');
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
    identify: onRequestAsyncHookHandler;
  }
}

export interface CredentialsOptions {
  /** The owner's token as it stands in its file. */
  ownerToken: string;
  actions: Pick<Actions, 'callerOfToolKey'>;
}

/** Knows who calls. Scopes say which of their requests are asked. */
export const credentials = plugin<CredentialsOptions>({ name: 'credentials', dependencies: ['gate'] }, (app, options) => {
  const tokenDigest = digest(options.ownerToken);
  app.decorateRequest('caller', null);
  app.decorate('identify', async (request) => {
    request.caller = await callerOf(request, tokenDigest, options.actions);
    if (request.routeOptions.config.credentials === 'owner' && request.caller.kind !== 'owner') throw new MakimaError('FORBIDDEN');
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
