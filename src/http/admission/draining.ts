import type { onRequestHookHandler } from 'fastify';
import { MakimaError } from '../../errors.ts';
import { plugin } from '../plugin.ts';

/** When routes are served: while the process lives, until it shuts down, or from the end of its start until then. */
export type Served = 'always' | 'until the end' | 'ready';

declare module 'fastify' {
  interface FastifyInstance {
    /** Fires when open answers have to end: the daemon drains or the server closes. */
    ending: AbortSignal;
    /** Whether the daemon takes requests. */
    isReady: () => boolean;
    /** Turns requests away that come at another time. */
    servedWhen: (when: Served) => onRequestHookHandler;
  }
}

export interface DrainingOptions {
  /** Fires when the daemon begins to shut down. */
  drainSignal: AbortSignal;
  /** Whether it has started. */
  isReady: () => boolean;
}

/** The daemon's start and end as requests see them. No connection outlives its answer while it shuts down. */
export const draining = plugin<DrainingOptions>({ name: 'draining', dependencies: ['gate'] }, (app, options) => {
  const ending = new AbortController();
  const { signal } = ending;
  const end = (): void => ending.abort();
  if (options.drainSignal.aborted) end();
  else options.drainSignal.addEventListener('abort', end, { once: true });
  app.addHook('preClose', (done) => {
    options.drainSignal.removeEventListener('abort', end);
    end();
    done();
  });

  const isReady = (): boolean => !signal.aborted && options.isReady();
  app.decorate('ending', signal);
  app.decorate('isReady', isReady);
  app.decorate('servedWhen', (when): onRequestHookHandler => (_request, _reply, done) => {
    const served = when === 'always' || isReady() || (when === 'until the end' && !signal.aborted);
    if (!served) throw new MakimaError('NOT_READY', signal.aborted ? 'The daemon is shutting down' : 'The daemon is starting');
    done();
  });

  app.addHook('onRequest', (_request, reply, done) => {
    if (signal.aborted) reply.header('connection', 'close');
    done();
  });
  // A request that came before the end and was answered after it would hold its connection, and with it the process, for
  // the whole keep-alive time: closing idle connections is done once, when it was not idle yet.
  app.addHook('onResponse', (request, _reply, done) => {
    if (signal.aborted) request.raw.socket.destroySoon();
    done();
  });
});
