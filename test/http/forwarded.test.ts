import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { trustedProxies } from '../../src/http/admission/forwarded.ts';
import { listenUnix } from '../../src/http/connections/unix-socket.ts';
import { scratch } from '../support/daemon.ts';
import { ownerToken, serve } from './serve.ts';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Over TCP or the unix socket, with these headers and no others. */
const ask = async (to: number | string, path: string, headers: Record<string, string> = {}, method = 'GET', body = ''): Promise<Answer> => {
  const where = typeof to === 'number' ? { host: '127.0.0.1', port: to } : { socketPath: to };
  const request = httpRequest({ ...where, path, method, headers, agent: false });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
};

const linkOf = ({ headers }: Answer): string => String(headers['link']);

interface Document {
  servers: { url: string }[];
}
const serversOf = ({ servers }: Document): string[] => servers.map(({ url }) => url);

const token = { authorization: `Bearer ${ownerToken}` };
const proxied = {
  'x-forwarded-for': '192.0.2.7',
  'x-forwarded-host': 'makima.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-prefix': '/on/',
};
const api = '/api/v1/mesh';
const create = (to: number | string, path: string, headers: Record<string, string>): Promise<Answer> =>
  ask(to, `${path}${api}/tasks`, { ...headers, 'content-type': 'application/json' }, 'POST', '{"name":"n","plan":"p"}');

void t.test('what nobody said to trust is not believed', async (t) => {
  const { port, log } = await serve(t, { allowedHosts: ['makima.example'] });
  const list = await ask(port, `${api}/tasks`, { ...token, ...proxied });
  t.equal(list.status, 200);
  t.ok(linkOf(list).startsWith(`<${api}/tasks?`), linkOf(list));
  t.equal((await ask(port, '/healthz', { ...proxied, 'x-forwarded-host': 'evil.example' })).status, 200, 'it is read by nobody');
  t.equal((await ask(port, '/healthz', { ...proxied, host: 'makima.example', origin: 'https://makima.example' })).status, 403);
  t.strictSame(parse((await ask(port, '/openapi.yaml', proxied)).text).servers[0].url, '/');
  t.equal((await ask(port, '/docs', proxied)).status, 200);
  t.notOk(log.some((line) => line.includes('192.0.2.7')));
});

for (const basePath of ['', '/base'])
  void t.test(`addresses are those that a caller of the proxy can use, below "${basePath}"`, async (t) => {
    const { port, log } = await serve(t, { basePath, allowedHosts: ['makima.example'], trustedProxies: ['loopback'] });
    const outside = `/on${basePath}`;
    const made = await create(port, basePath, { ...token, ...proxied });
    t.match(made.headers.location, new RegExp(`^${outside}${api}/tasks/[0-9a-f-]{36}$`));
    const link = linkOf(await ask(port, `${basePath}${api}/tasks?limit=1`, { ...token, ...proxied }));
    t.ok(link.startsWith(`<${outside}${api}/tasks?limit=1&cursor=`), link);
    const refusal = await ask(port, `${basePath}${api}/tasks/3f2b8a52-6d0e-4c57-9d5e-0c2a1b7f4e12`, { ...token, ...proxied });
    t.match(JSON.parse(refusal.text), { code: 'TASK_NOT_FOUND', message: new RegExp(`GET ${outside}${api}/tasks lists the tasks`) });
    t.match(decodeURIComponent(String(refusal.headers['x-makima-error'])), `GET ${outside}${api}/tasks lists`);
    const nowhere = await ask(port, `${basePath}/docs/api/nowhere/at/all`, { ...token, ...proxied });
    t.match(JSON.parse(nowhere.text).message, `"${basePath}/docs/api/nowhere/at/all". ${outside}/docs lists every path.`);
    for (const [path, read] of [
      ['/openapi.json', (text: string): Document => JSON.parse(text)],
      ['/openapi.yaml', (text: string): Document => parse(text)],
      ['/docs/json', (text: string): Document => JSON.parse(text)],
    ] as const) {
      const urls = async (headers: Record<string, string>): Promise<unknown> =>
        serversOf(read((await ask(port, basePath + path, headers)).text));
      t.strictSame(await urls(proxied), [outside], path);
      t.strictSame(await urls({}), [basePath === '' ? '/' : basePath], `${path} for who needs no proxy`);
    }
    t.match(await ask(port, `${basePath}/docs`, proxied), { status: 302, headers: { location: `${outside}/docs/` } });
    t.match((await ask(port, `${basePath}/docs/static/index.html`, proxied)).headers, { location: `${outside}/docs/` });
    t.equal((await ask(port, `${basePath}/docs/`, proxied)).status, 200);
    for (const prefix of ['//evil.example', '/a b', 'on', '/..', `/${'x'.repeat(300)}`, '/a"b', ''])
      t.equal(
        (await create(port, basePath, { ...token, ...proxied, 'x-forwarded-prefix': prefix })).headers.location?.startsWith(
          `${basePath}${api}/`,
        ),
        true,
        `${prefix} is no prefix`,
      );
    t.ok(
      log.some((line) => line.includes('"ip":"192.0.2.7"')),
      'the log names who called, not the proxy',
    );
  });

void t.test('host and origin are those that the proxy was called by', async (t) => {
  const { port } = await serve(t, { allowedHosts: ['makima.example'], trustedProxies: ['127.0.0.0/8'] });
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await ask(port, '/healthz', { ...proxied, ...headers })).status;
  t.equal(await status({}), 200);
  for (const host of ['evil.example', 'makima.example.evil', 'makima.example, evil.example', 'a b', ''])
    t.equal(await status({ 'x-forwarded-host': host }), 403, host);
  t.equal(await status({ 'x-forwarded-host': 'evil.example, makima.example' }), 200, 'the nearest proxy has the last word');
  t.equal(await status({ host: 'evil.example' }), 403, 'the Host itself is looked at as ever');
  t.equal(await status({ origin: 'https://makima.example' }), 200, 'its own page behind TLS');
  for (const origin of ['http://makima.example', 'https://evil.example', `http://127.0.0.1:${port}`])
    t.equal(await status({ origin }), 403, origin);
  t.equal(await status({ 'x-forwarded-proto': 'http', origin: 'http://makima.example' }), 200);
});

void t.test('whoever comes through a proxy to the unix socket is not its owner', async (t) => {
  for (const trusted of [[], ['unix']]) {
    const { app } = await serve(t, { allowedHosts: ['makima.example'], trustedProxies: trusted });
    const path = join(scratch(t), 's');
    const unix = await listenUnix(app, path);
    t.teardown(() => unix.close());
    t.equal((await ask(path, `${api}/tasks`)).status, 200, 'the owner');
    for (const header of ['x-forwarded-for', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via'])
      t.match(await ask(path, `${api}/tasks`, { host: 'makima.example', [header]: 'http' }), { status: 401, text: /by a proxy/ }, header);
    const list = await ask(path, `${api}/tasks`, { ...token, ...proxied });
    t.equal(list.status, 200);
    t.ok(linkOf(list).startsWith(`<${trusted.length > 0 ? '/on' : ''}${api}`), linkOf(list));
    const evil = { ...token, 'x-forwarded-for': '192.0.2.7', host: 'evil.example' };
    t.equal((await ask(path, `${api}/tasks`, evil)).status, trusted.length > 0 ? 403 : 200);
  }
});

void t.test('which proxies are trusted', (t) => {
  const { trusts } = trustedProxies(['loopback', '10.1.0.0/16', 'fd00::7']);
  for (const address of ['127.0.0.1', '::1', '::ffff:127.9.9.9', '10.1.255.1', '::ffff:10.1.0.1', 'fd00::7'])
    t.ok(trusts(address), address);
  for (const address of ['10.2.0.1', 'fd00::8', '192.0.2.1', 'unknown', undefined]) t.notOk(trusts(address), address ?? 'the unix socket');
  t.ok(trustedProxies(['unix']).trusts(undefined));
  t.notOk(trustedProxies([]).areThere);
  t.end();
});
