import { lookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { MakimaError } from '../errors.ts';

/** What is nobody's public address: this machine, private and link-local networks, those for documents, tests and many receivers. */
const closed: readonly string[] = [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24',
  '192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
  // Of version 6, beside those: what stands for an address of version 4 somewhere else (SIIT, NAT64, Teredo, 6to4).
  '::/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16',
  'fc00::/7 fe80::/10 fec0::/10 ff00::/8',
].flatMap((line) => line.split(' '));

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** @param networks - addresses, with or without the length of a prefix behind a slash */
const listOf = (networks: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return list;
};

/** The version 4 address that one of version 6 is only another spelling of. */
const unmapped = (address: string): string => {
  const [, plain, high, low] = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(address) ?? [];
  if (plain !== undefined) return plain;
  if (high === undefined || low === undefined) return address;
  const bytes = [high, low].map((part) => Number.parseInt(part, 16)).flatMap((part) => [part >> 8, part & 255]);
  return bytes.join('.');
};

/** The host of an address as it is looked up: without the brackets of a version 6 address. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

/** To which addresses webhooks may be delivered. */
export interface AddressPolicy {
  /**
   * Looks a host up, and finds none of its addresses one that is refused.
   * @throws MakimaError WEBHOOK_ADDRESS_REFUSED, WEBHOOK_HOST_UNKNOWN
   */
  check: (host: string) => Promise<{ address: string; family: number }[]>;
  /** The same for a connection, which goes to what was looked at here: a name may lead elsewhere a moment later. */
  lookup: LookupFunction;
}

/** @param allow - the hosts, addresses and networks that the owner allows although they are not public */
export const addressPolicy = (allow: readonly string[]): AddressPolicy => {
  const isNetwork = (each: string): boolean => isIP(each.split('/', 1)[0] ?? '') !== 0;
  const refused = listOf(closed);
  const allowed = listOf(allow.filter(isNetwork));
  const names = new Set(allow.filter((each) => !isNetwork(each)));
  const isOpen = (given: string): boolean => {
    const address = unmapped(given);
    const family = familyOf(address);
    return allowed.check(address, family) || !refused.check(address, family);
  };

  const find = async (host: string): Promise<{ address: string; family: number }[]> => {
    if (isIP(host) !== 0) return [{ address: host, family: isIP(host) }];
    try {
      return await lookup(host, { all: true });
    } catch (error) {
      throw new MakimaError('WEBHOOK_HOST_UNKNOWN', `The host ${host} cannot be found`, { cause: error });
    }
  };
  const check: AddressPolicy['check'] = async (host) => {
    const found = await find(host);
    const wrong = names.has(host.toLowerCase().replace(/\.$/, '')) ? undefined : found.find(({ address }) => !isOpen(address));
    if (wrong)
      throw new MakimaError(
        'WEBHOOK_ADDRESS_REFUSED',
        `${host}${wrong.address === host ? '' : ` is ${wrong.address}, which`} is an address of this machine or of a private network`,
      );
    return found;
  };
  return {
    check,
    lookup: (host, { all, family }, callback) => {
      check(host).then(
        (found) => {
          const fitting = found.filter(
            (each) => family === undefined || family === 0 || each.family === Number(String(family).replace('IPv', '')),
          );
          const [first] = fitting;
          if (first === undefined) callback(new Error(`${host} has no address of that kind`), '');
          else if (all === true) callback(null, fitting);
          else callback(null, first.address, first.family);
        },
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), ''),
      );
    },
  };
};
