import websocket, { type WebSocket } from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import { SocketHeaders, SocketQuery, socketEventTypes } from '../../schemas/websocket/handshake.ts';
import { MakimaError } from '../errors.ts';
import { caller as callerOf } from '../http/admission/credentials.ts';
import { rawErrorAnswer } from '../http/answers/error-answers.ts';
import type { SocketDoorParts } from '../http/build-http.ts';
import type { SocketDoor } from '../http/connections/upgrades.ts';
import { chosenTypes } from '../http/requests/chosen-types.ts';
import { readAfter } from '../http/requests/event-place.ts';
import { openScope } from '../http/scopes/open-scope.ts';
import type { Actions } from '../tasks/actions.ts';
import { commandReader } from './commands.ts';
import { protocol, takeCredential } from './handshake.ts';
import { closeCodes } from './outlet.ts';
import { Session, type SessionTools, type Visitor } from './session.ts';
import { messageWriter } from './shapes.ts';

/** Whose the key is can change while it is open, and every command is a call with it. */
const validity = ({ headers }: FastifyRequest, actions: Actions): (() => Promise<boolean>) => {
  const key = headers['x-makima-tool-key'];
  return typeof key === 'string' ? async () => (await actions.callerOfToolKey(key)) !== null : () => Promise.resolve(true);
};

const visitorOf = (
  request: FastifyRequest,
  query: SocketQuery,
  { lastEventId, basePath, actions }: { lastEventId: string | undefined; basePath: string; actions: Actions },
): Visitor => ({
  caller: callerOf(request),
  prefix: request.outerPath + basePath,
  isStillValid: validity(request, actions),
  after: readAfter(lastEventId ?? query.after) ?? actions.lastPlace(),
  events:
    query.follow === false
      ? null
      : { types: chosenTypes(query.types, socketEventTypes) ?? socketEventTypes, taskIds: query.taskId ?? null },
});

/**
 * The WebSocket's door: an application of its own with the guards of the daemon's, so that a handshake is looked at, and refused, as any
 * request is. It is made when the first one comes.
 * @param daemon - as it introduces itself
 */
export const openSocketDoor = async (
  { makeApp, scope, prefix, basePath, actions, streams, limits, ending }: SocketDoorParts,
  daemon: SessionTools['daemon'],
): Promise<SocketDoor> => {
  const app = await makeApp();
  const sessions = new Set<Session>();
  const endAll = async (): Promise<void> => {
    await Promise.all([...sessions].map((session) => session.end()));
  };

  // A handshake that was refused has an answer and no parser that would read a further request.
  app.addHook('onResponse', (request, _reply, done) => {
    request.raw.socket.destroySoon();
    done();
  });
  // Before anybody asks who calls.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('connection', 'close');
    takeCredential(request.headers);
    done();
  });
  await app.register(websocket, {
    options: { maxPayload: limits.bodyBytes, perMessageDeflate: false, clientTracking: false, handleProtocols: () => protocol },
    // ws closes what breaks its protocol or the bound of a frame with the code for that.
    errorHandler: (error, socket, request) => {
      request.log.info({ err: error }, 'a WebSocket broke');
      socket.close(closeCodes.failure + 500, 'INTERNAL');
      setTimeout(() => socket.terminate(), limits.socketCloseMs).unref();
    },
    preClose: endAll,
  });
  app.websocketServer.on('wsClientError', (error, socket) => {
    socket.end(rawErrorAnswer(new MakimaError('MALFORMED_REQUEST', `This is no handshake of a WebSocket: ${error.message}`)));
  });

  const tools: SessionTools = { actions, limits, daemon, readCommand: commandReader(app, actions), write: messageWriter(app) };
  const welcome = (socket: WebSocket, visitor: Visitor, request: FastifyRequest): void => {
    const session = new Session(socket, visitor, tools, request.log);
    sessions.add(session);
    socket.once('close', (code) => {
      sessions.delete(session);
      request.log.debug({ code }, 'a WebSocket was closed');
    });
    request.log.debug({ caller: visitor.caller.kind }, 'a WebSocket was opened');
    if (ending.aborted) void session.end();
  };
  await app.register(openScope, {
    prefix,
    scope,
    fill: (api) => {
      api.get(
        '/ws',
        {
          websocket: true,
          exposeHeadRoute: false,
          config: { long: true },
          schema: { querystring: SocketQuery, headers: SocketHeaders },
          preHandler: (request, _reply, done) => {
            request.raw.socket.once('close', streams.take());
            done();
          },
        },
        (socket, request) =>
          welcome(socket, visitorOf(request, request.query, { lastEventId: request.headers['last-event-id'], basePath, actions }), request),
      );
    },
  });
  await app.ready();
  ending.addEventListener('abort', () => void endAll(), { once: true });

  let isClosed = false;
  return {
    take(request, socket, head) {
      if (isClosed) socket.destroy();
      else app.server.emit('upgrade', request, socket, head);
    },
    async close() {
      isClosed = true;
      await app.close();
    },
  };
};
