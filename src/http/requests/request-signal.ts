import type { FastifyReply } from 'fastify';

/**
 * A signal for work that is done for one answer: it fires when the client has left and when the daemon ends. Fastify's own
 * `request.signal` fires as soon as a body was read, since the request's stream is closed then.
 */
export const answerSignal = (reply: FastifyReply, ending: AbortSignal): AbortSignal => {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  reply.raw.once('close', () => {
    // Every long answer would otherwise leave a listener on a signal that lives as long as the daemon.
    ending.removeEventListener('abort', abort);
    abort();
  });
  if (ending.aborted || reply.raw.destroyed) abort();
  else ending.addEventListener('abort', abort, { once: true });
  return controller.signal;
};
