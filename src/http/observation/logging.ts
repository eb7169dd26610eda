import { plugin } from '../plugin.ts';

/** Headers that hold a credential; a browser can bring one to a WebSocket among the protocols alone. */
const secretHeaders = ['authorization', 'x-makima-tool-key', 'sec-websocket-protocol'];

/**
 * What a log line must not show, for `pino({ redact })`. Fastify's own lines hold no headers; this is for what an error or
 * a later line brings along.
 */
export const redactedPaths = secretHeaders.flatMap((header) => [
  `headers["${header}"]`,
  `*.headers["${header}"]`,
  `*.*.headers["${header}"]`,
]);

/** One line a request: a poll every few seconds must not bury what the daemon has to say, so it is a debug line. */
export const logRequests = plugin({ name: 'request-log', dependencies: ['credentials'] }, (app) => {
  // Where nobody reads it, it is not made either.
  if (!['debug', 'trace'].includes(app.log.level)) return;
  app.addHook('onResponse', (request, reply, done) => {
    request.log.debug(
      {
        ip: request.ip,
        method: request.method,
        url: request.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        caller: request.caller?.kind ?? null,
      },
      'answered',
    );
    done();
  });
});
