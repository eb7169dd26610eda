import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { cameOverUnixSocket } from '../connections/unix-socket.ts';

/** How a caller reached the proxy in front, as that says. */
export interface Forwarded {
  /** With or without a port; null where the proxy says none, or none that could be one. */
  host: string | null;
  isSecure: boolean;
  /** What the proxy took off the front of the path, such as `/makima`; empty for nothing. */
  prefix: string;
}

/** What a proxy adds. */
const traces = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-prefix', 'x-real-ip', 'forwarded', 'via'] as const;
const longestPrefix = 200;
/** As a setting has a base path. */
const prefixPattern = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/;

/** Whether anybody handed the request on: one that comes so over the unix socket is not the owner's own. */
export const wasHandedOn = ({ headers }: IncomingMessage): boolean => traces.some((name) => headers[name] !== undefined);

/** What the nearest proxy has added last. */
const lastOf = (header: string | string[] | undefined): string | null =>
  header === undefined ? null : (String(header).split(',').at(-1)?.trim() ?? null);

const loopback = ['127.0.0.0/8', '::1/128'];

export interface Proxies {
  /** What a trusted proxy says of a request; null where none is in front. */
  read: (request: IncomingMessage) => Forwarded | null;
  /** For Fastify, which then knows the address of the caller behind them. @param address - undefined is the unix socket */
  trusts: (address: string | undefined) => boolean;
  areThere: boolean;
}

/** @param trusted - addresses and networks of proxies, `loopback` for all of this machine, `unix` for those that connect to the socket */
export const trustedProxies = (trusted: readonly string[]): Proxies => {
  const networks = new BlockList();
  for (const item of trusted.flatMap((each) => (each === 'loopback' ? loopback : each === 'unix' ? [] : [each]))) {
    const [address = '', prefix] = item.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) networks.addAddress(address, family);
    else networks.addSubnet(address, Number(prefix), family);
  }
  const areThere = trusted.length > 0;
  const overUnix = trusted.includes('unix');
  // An IPv4 client of a listener for both is ::ffff:…, which the list knows as what it is.
  const trustsAddress = (address: string): boolean => networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  const isTrusted = (request: IncomingMessage): boolean =>
    cameOverUnixSocket(request) ? overUnix : request.socket.remoteAddress !== undefined && trustsAddress(request.socket.remoteAddress);
  return {
    areThere,
    trusts: (address) => (address === undefined ? overUnix : isIP(address) !== 0 && trustsAddress(address)),
    read(request) {
      if (!areThere || !wasHandedOn(request) || !isTrusted(request)) return null;
      const { headers } = request;
      const prefix = lastOf(headers['x-forwarded-prefix'])?.replace(/\/+$/, '') ?? '';
      return {
        // The proxy over the unix socket names the host in one of the two.
        host: lastOf(headers['x-forwarded-host']) ?? (cameOverUnixSocket(request) ? (headers.host ?? null) : null),
        isSecure: lastOf(headers['x-forwarded-proto'])?.toLowerCase() === 'https',
        prefix: prefix.length <= longestPrefix && prefixPattern.test(prefix) ? prefix : '',
      };
    },
  };
};
