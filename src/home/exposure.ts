import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

const isLoopback = (address: string): boolean => address === '::1' || /^127\./.test(address) || /^::ffff:127\./i.test(address);

/**
 * What somebody should know who lets a daemon listen where other machines reach it.
 * @param host - an address, or a name that leads to some; it is listened on
 * @returns sentences; null where only this machine reaches it
 */
export const exposureNotice = async (host: string): Promise<string | null> => {
  // A name that cannot be looked up now is taken for one that others know.
  const found = isIP(host) === 0 ? await lookup(host, { all: true }).catch(() => []) : [];
  const addresses = found.length === 0 ? [host] : found.map(({ address }) => address);
  if (addresses.every(isLoopback)) return null;
  return (
    `MAKIMA_HOST is ${host}: other machines may reach this daemon, tokens and all else go over the network in clear, and whoever has the token ` +
    'runs programs as you. Leave it at 127.0.0.1 and come in by `ssh -L`, or put a proxy with TLS before it.'
  );
};
