import { MakimaError } from '../../errors.ts';
import type { Api } from '../api.ts';

/**
 * Turns requests away while the daemon starts and shuts down, and lets no connection outlive its answer then.
 * @param options.drainSignal - fires when the daemon begins to shut down
 * @param options.isReady - whether it has started
 * @returns `ending`: fires when it drains or the server closes, for answers that would not end by themselves
 */
export const drain = (
  app: Api,
  options: { drainSignal: AbortSignal; isReady: () => boolean },
): { ending: AbortSignal; isReady: () => boolean } => {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  if (options.drainSignal.aborted) end();
  else options.drainSignal.addEventListener('abort', end, { once: true });
  app.addHook('preClose', (done) => {
    options.drainSignal.removeEventListener('abort', end);
    end();
    done();
  });

  const isReady = (): boolean => !ending.signal.aborted && options.isReady();
  app.addHook('onRequest', (request, reply, done) => {
    if (ending.signal.aborted) reply.header('connection', 'close');
    const { always, open } = request.routeOptions.config;
    const served = always === true || isReady() || (open === true && !ending.signal.aborted);
    if (!served) throw new MakimaError('NOT_READY', ending.signal.aborted ? 'The daemon is shutting down' : 'The daemon is starting');
    done();
  });
  // A request that came before the end and was answered after it would hold its connection, and with it the process, for
  // the whole keep-alive time: closing idle connections is done once, when it was not idle yet.
  app.addHook('onResponse', (request, _reply, done) => {
    if (ending.signal.aborted) request.raw.socket.destroySoon();
    done();
  });
  return { ending: ending.signal, isReady };
};
