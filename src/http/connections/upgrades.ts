import { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { MakimaError } from '../../errors.ts';
import { rawErrorAnswer } from '../answers/error-answers.ts';
import { plugin } from '../plugin.ts';

/** What takes over connections that become WebSockets. */
export interface SocketDoor {
  /** Takes the connection; whatever becomes of it is the door's to answer. */
  take: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Closes what was taken. */
  close: () => Promise<void>;
}

const asksFor = ({ method, url = '', headers }: IncomingMessage, path: string): boolean =>
  method === 'GET' && url.split('?', 1)[0] === path && headers.upgrade?.toLowerCase() === 'websocket';

/**
 * Requests of which one is an upgrade: to a WebSocket at this path. A server with a listener for upgrades takes every request that asks for
 * whatever protocol for one, and reads no body of it; but whoever offers h2c, as Java's client does, means a request like any.
 * @param path - null for none at all
 */
export const requestsUpgradedAt = (path: string | null): typeof IncomingMessage =>
  class extends IncomingMessage {
    // Node's constructor sets `upgrade` before fields of ours were there.
    declare asked: unknown;

    set upgrade(asked: unknown) {
      this.asked = asked;
    }

    get upgrade(): unknown {
      if (this.asked !== true) return this.asked;
      return this.method === 'CONNECT' || (path !== null && asksFor(this, path));
    }
  };

/**
 * Hands upgrades to the door, which is opened by the first: a daemon to which none comes does not load what it takes.
 * Both servers emit theirs at the application's.
 */
export const upgrades = plugin<{ openDoor: () => Promise<SocketDoor> }>(
  { name: 'upgrades', dependencies: ['draining'] },
  (app, { openDoor }) => {
    let opened: Promise<SocketDoor> | null = null;
    const pass = async (...upgrade: Parameters<SocketDoor['take']>): Promise<void> => {
      const [, socket] = upgrade;
      // Nobody else hears of its errors from here until the door does.
      const broken = (): void => void socket.destroy();
      socket.on('error', broken);
      try {
        const door = await (opened ??= openDoor());
        socket.off('error', broken);
        door.take(...upgrade);
      } catch (error) {
        opened = null;
        app.log.error({ err: error }, 'The door of the WebSocket cannot be opened');
        socket.end(rawErrorAnswer(new MakimaError('INTERNAL')));
      }
    };
    app.server.on('upgrade', (...upgrade) => void pass(...upgrade));
    app.addHook('preClose', async () => {
      await (await opened)?.close();
    });
  },
);
