import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Remembers the connections on which no request has come. Node calls them neither idle nor waits for less than the headers'
 * timeout: one that a browser opened ahead held the close of the server for 20 seconds.
 * @returns closes them
 */
export const silentConnections = (server: Server): (() => void) => {
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', (request) => silent.delete(request.socket));
  server.on('upgrade', (request) => silent.delete(request.socket));
  return () => {
    for (const socket of silent) socket.destroy();
  };
};
