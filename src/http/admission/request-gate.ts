import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { MakimaError } from '../../errors.ts';
import { cameOverUnixSocket } from '../connections/unix-socket.ts';
import type { Proxies } from './forwarded.ts';

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

/** A page that rebinds its name to our address, or to that of a proxy in front, still sends its name. */
const nameAllowed = (header: string, allowedHosts: ReadonlySet<string>): boolean => {
  const host = splitHost(header);
  if (!host) return false;
  if (allowedHosts.has(host.name) || (host.port !== null && allowedHosts.has(`${host.name}:${host.port}`))) return true;
  // Any port of the loopback: ssh, docker or an editor forwards one of its own to ours.
  return loopbackNames.has(host.name);
};

const hostAllowed = (request: IncomingMessage, allowedHosts: ReadonlySet<string>): boolean => {
  const header = request.headers.host ?? '';
  if (nameAllowed(header, allowedHosts)) return true;
  const host = splitHost(header);
  if (!host) return false;
  const { localAddress, localPort } = request.socket;
  return localAddress !== undefined && host.name === asHost(localAddress) && (host.port === null || host.port === String(localPort));
};

/**
 * Who may talk to us at all, looked at before anything else on every request, unknown paths included.
 * @param allowed - further host names, with or without a port, and web origins such as `https://tool.example`
 * @param proxies - those in front whose word on host and protocol counts
 * @throws MakimaError MALFORMED_REQUEST for more than one Host, HOST_NOT_ALLOWED, ORIGIN_NOT_ALLOWED
 */
export const requestGate = (allowed: { hosts: readonly string[]; origins: readonly string[] }, proxies: Proxies) => {
  const hosts = new Set(allowed.hosts.map((host) => host.toLowerCase()));
  const origins = new Set(allowed.origins.map((origin) => origin.toLowerCase().replace(/\/$/, '')));

  /** Whether web pages of this origin may call us; the page that we serve ourselves, /docs, may. */
  const originAllowed = (request: IncomingMessage, origin: string): boolean => {
    if (origins.has(origin.toLowerCase())) return true;
    const forwarded = proxies.read(request);
    if (forwarded === null && cameOverUnixSocket(request)) return false;
    const host = forwarded?.host ?? request.headers.host ?? '';
    return origin.toLowerCase() === `${forwarded?.isSecure === true ? 'https' : 'http'}://${host.toLowerCase()}`;
  };

  return {
    originAllowed,
    proxies,
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
      const forwarded = proxies.read(request);
      if (forwarded !== null && forwarded.host !== null && !nameAllowed(forwarded.host, hosts))
        throw new MakimaError(
          'HOST_NOT_ALLOWED',
          `The host ${JSON.stringify(forwarded.host.slice(0, 300))}, as the proxy in front names it, is not one of this daemon`,
        );
      const { origin } = request.headers;
      if (origin !== undefined && !originAllowed(request, origin)) {
        throw new MakimaError('ORIGIN_NOT_ALLOWED', `Web pages of ${JSON.stringify(origin.slice(0, 300))} may not call the daemon`);
      }
    },
  };
};
export type RequestGate = ReturnType<typeof requestGate>;
