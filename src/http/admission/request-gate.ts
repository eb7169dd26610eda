import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { MakimaError } from '../../errors.ts';
import { cameOverUnixSocket } from '../connections/unix-socket.ts';

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** `host[:port]`, the host in lower case and without a trailing dot; null where it is no such thing. */
const splitHost = (header: string): { name: string; port: string | null } | null => {
  const match = /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+?)\.?(?::(\d{1,5}))?$/i.exec(header);
  return match?.[1] === undefined ? null : { name: match[1].toLowerCase(), port: match[2] ?? null };
};

/** `headers` has the first one alone, and `headersDistinct` is made of all headers anew for each request. */
const hostHeaders = ({ rawHeaders }: IncomingMessage): number => {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
};

/** An address as it stands in a Host header. A dual-stack listener shows IPv4 clients as `::ffff:127.0.0.1`. */
const asHost = (address: string): string => {
  const plain = address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
  return isIP(plain) === 6 ? `[${plain}]` : plain;
};

const hostAllowed = (request: IncomingMessage, allowedHosts: ReadonlySet<string>): boolean => {
  const header = request.headers.host ?? '';
  const host = splitHost(header);
  if (!host) return false;
  if (allowedHosts.has(host.name) || (host.port !== null && allowedHosts.has(`${host.name}:${host.port}`))) return true;
  // A page that rebinds its name to our address still sends its name; only addresses of ours and localhost are safe. Of the
  // loopback's any port is: ssh, docker or an editor forwards one of its own to ours.
  if (loopbackNames.has(host.name)) return true;
  const { localAddress, localPort } = request.socket;
  return localAddress !== undefined && host.name === asHost(localAddress) && (host.port === null || host.port === String(localPort));
};

/**
 * Who may talk to us at all, looked at before anything else on every request, unknown paths included.
 * @param allowed - further host names, with or without a port, and web origins such as `https://tool.example`
 * @throws MakimaError MALFORMED_REQUEST for more than one Host, HOST_NOT_ALLOWED, ORIGIN_NOT_ALLOWED
 */
export const requestGate = (allowed: { hosts: readonly string[]; origins: readonly string[] }) => {
  const hosts = new Set(allowed.hosts.map((host) => host.toLowerCase()));
  const origins = new Set(allowed.origins.map((origin) => origin.toLowerCase().replace(/\/$/, '')));

  /** Whether web pages of this origin may call us; the page that we serve ourselves, /docs, may. */
  const originAllowed = (request: IncomingMessage, origin: string): boolean =>
    origins.has(origin.toLowerCase()) ||
    (!cameOverUnixSocket(request) && origin.toLowerCase() === `http://${(request.headers.host ?? '').toLowerCase()}`);

  return {
    originAllowed,
    check(request: IncomingMessage): void {
      if (hostHeaders(request) > 1) throw new MakimaError('MALFORMED_REQUEST', 'The request has more than one Host header');
      if (!cameOverUnixSocket(request) && !hostAllowed(request, hosts)) {
        throw new MakimaError(
          'HOST_NOT_ALLOWED',
          request.headers.host === undefined
            ? 'The request has no Host header'
            : `The Host ${JSON.stringify(request.headers.host.slice(0, 300))} is not an address of this daemon`,
        );
      }
      const { origin } = request.headers;
      if (origin !== undefined && !originAllowed(request, origin)) {
        throw new MakimaError('ORIGIN_NOT_ALLOWED', `Web pages of ${JSON.stringify(origin.slice(0, 300))} may not call the daemon`);
      }
    },
  };
};
export type RequestGate = ReturnType<typeof requestGate>;
