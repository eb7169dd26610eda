import { connect } from 'node:net';
import { codeOf } from '../../files/failure.ts';

/** A program that does not take a connection on this machine by then is there all the same, in milliseconds. */
const longestAnswer = 500;
/** A server for development often listens on one of them alone. */
const loopbacks = ['127.0.0.1', '::1'];
/** Nobody is there: refused; or the machine has no such address. */
const absent = new Set(['ECONNREFUSED', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH', 'EHOSTUNREACH']);

const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket
      .setTimeout(longestAnswer)
      .once('connect', () => settle(true))
      .once('timeout', () => settle(true))
      .once('error', (error) => settle(!absent.has(codeOf(error) ?? '')));
  });

/**
 * Whether a program listens on one of these ports of this machine. It is tried by connecting: to listen there oneself succeeds on macOS
 * beside a program that listens on all addresses.
 */
export const isListening = async (ports: readonly number[]): Promise<boolean> =>
  (await Promise.all(loopbacks.flatMap((host) => ports.map((port) => answers(host, port))))).includes(true);
