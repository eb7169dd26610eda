import type { FastifyReply, onRequestHookHandler } from 'fastify';
import { MakimaError } from '../../errors.ts';
import { plugin } from '../plugin.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Answers for a handler that has not after so many milliseconds. A request with a body is let go on. */
    answeredWithin: (ms: number) => onRequestHookHandler;
  }
}

interface Open {
  reply: FastifyReply;
  /** By `performance.now()`. */
  until: number;
}

/** One timer for all that have the same time: the one that came first is due first. Fastify's own is a timer and a signal a request. */
const watchOver = (ms: number): onRequestHookHandler => {
  const open = new Set<Open>();
  let timer: NodeJS.Timeout | null = null;
  const look = (): void => {
    timer = null;
    const now = performance.now();
    for (const each of open) {
      if (each.until > now) {
        timer = setTimeout(look, Math.ceil(each.until - now)).unref();
        return;
      }
      open.delete(each);
      const { reply } = each;
      // A body that was read closes the request's stream.
      if (reply.sent || reply.request.raw.destroyed) continue;
      if (reply.raw.headersSent) reply.raw.destroy();
      else void reply.send(new MakimaError('HANDLER_TIMEOUT'));
    }
  };
  return (_request, reply, done) => {
    const own = { reply, until: performance.now() + ms };
    open.add(own);
    reply.raw.once('close', () => open.delete(own));
    timer ??= setTimeout(look, ms).unref();
    done();
  };
};

/** Minds that every request is answered in the time that its scope gives it. */
export const deadlines = plugin({ name: 'deadlines', dependencies: [] }, (app) => {
  app.decorate('answeredWithin', watchOver);
});
