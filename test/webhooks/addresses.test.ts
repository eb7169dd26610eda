import { lookup, type LookupAddress } from 'node:dns';
import t from 'tap';
import { Webhook as Signer } from 'standardwebhooks';
import { addressPolicy } from '../../src/webhooks/addresses.ts';
import { post } from '../../src/webhooks/post.ts';
import { startReceiver } from './receiver.ts';

const closed = [
  '0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.168.1.1 198.18.0.1',
  '224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1',
  '::ffff:0:7f00:1 64:ff9b::7f00:1 2001::1 2002:7f00:1:: fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1',
].flatMap((line) => line.split(' '));
const open = '1.1.1.1 8.8.8.8 100.63.255.255 172.15.0.1 172.32.0.1 192.167.1.1 223.255.255.254 2606:4700::1111 ::ffff:8.8.8.8'.split(' ');

const isRefused = async (allow: readonly string[], host: string): Promise<boolean> =>
  addressPolicy(allow)
    .check(host)
    .then(
      () => false,
      (error: unknown) => error instanceof Error && 'code' in error && error.code === 'WEBHOOK_ADDRESS_REFUSED',
    );

void t.test('no address of this machine, of a private network or of many receivers is told anything', async (t) => {
  for (const address of closed) t.ok(await isRefused([], address), address);
  for (const address of open) t.notOk(await isRefused([], address), address);
  t.ok(await isRefused([], 'localhost'));
});

void t.test('what the owner allows, and nothing beside it', async (t) => {
  const allow = ['localhost', '10.1.0.0/16', 'fd00:1::/32', '192.168.7.7'];
  for (const address of ['localhost', 'LOCALHOST.', '10.1.255.255', '::ffff:10.1.0.1', 'fd00:1::5', '192.168.7.7'])
    t.notOk(await isRefused(allow, address), address);
  for (const address of ['127.0.0.1', '10.2.0.1', 'fd00:2::5', '192.168.7.8', '::1']) t.ok(await isRefused(allow, address), address);
});

void t.test('a connection goes to an address that was looked at, whatever the name leads to by then', async (t) => {
  const receiver = await startReceiver(t);
  const options = {
    signer: new Signer(`whsec_${Buffer.alloc(32).toString('base64')}`),
    version: '1',
    now: new Date(),
    timeoutMs: 5000,
    signal: new AbortController().signal,
  };
  const message = {
    seq: 1,
    webhookId: 'w',
    messageId: '1-h',
    eventId: 1,
    taskId: 't',
    body: '{}',
    tries: 0,
    failingSince: null,
    nextAt: null,
  };
  for (const host of ['localhost', '127.0.0.1', '[::ffff:127.0.0.1]']) {
    const url = new URL(`http://${host}:${receiver.port}/`);
    t.match(await post(message, { ...options, url, policy: addressPolicy([]) }), { is: 'failed', error: /private network/ }, host);
  }
  t.strictSame(receiver.received, []);
  const url = new URL(`http://localhost:${receiver.port}/`);
  t.match(await post(message, { ...options, url, policy: addressPolicy(['127.0.0.1', '::1']) }), { is: 'taken' });
  // What is connected to is what the look-up hands over, in each of the forms in which it is asked for.
  const all = await new Promise((resolve) =>
    addressPolicy(['localhost']).lookup('localhost', { all: true }, (_error, found) => resolve(found)),
  );
  const known = await new Promise<LookupAddress[]>((resolve) => lookup('localhost', { all: true }, (_error, found) => resolve(found)));
  t.strictSame(all, known);
});
