/** The recipes' nginx in front of daemons. It is skipped by its name where there is no nginx. */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';
import { scratch, write } from '../support/daemon.ts';
import { freePort } from '../support/ports.ts';
import { holds, waitsLong, wayBy } from './holds.ts';
import { client, host, makeCertificate, recipe, startProxy, whyNot, type Ask } from './proxy.ts';

const skip = whyNot('nginx', '-v') || whyNot('openssl', 'version');

const daemonOf = async (t: Test, env: Record<string, string>): Promise<{ daemon: DaemonProcess; home: string; token: string }> => {
  const home = scratch(t);
  const daemon = await spawnDaemon(t, home, 'runs-plan', {
    MAKIMA_STOP_AGENTS: 'true',
    MAKIMA_ALLOWED_HOSTS: `${host},example.org`,
    ...env,
  });
  return { daemon, home, token: readFileSync(join(home, 'token'), 'utf8').trim() };
};

/** @param servers - as they stand in a `conf.d` */
const startNginx = async (t: Test, servers: string, port: number): Promise<void> => {
  const directory = scratch(t);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${directory}/${name};`);
  const isRoot = process.getuid?.() === 0;
  write(directory, {
    'nginx.conf': [
      isRoot ? `user ${userInfo().username};` : '',
      `daemon off;\npid ${directory}/pid;\nworker_processes 1;\nerror_log stderr;\nevents {}`,
      `http {\n  access_log off;\n${places.join('\n')}\n${servers}\n}\n`,
    ].join('\n'),
  });
  await startProxy(t, 'nginx', ['-p', directory, '-e', 'stderr', '-c', join(directory, 'nginx.conf')], port);
};

void t.test('nginx', { skip }, async (t) => {
  const { certificate, key } = makeCertificate(scratch(t));
  const tls = `ssl_certificate ${certificate};\n  ssl_certificate_key ${key};`;
  const whole = recipe('nginx', 'listen 443 ssl');
  const below = recipe('nginx', 'location /makima/');
  const over = await daemonOf(t, { MAKIMA_TRUSTED_PROXIES: 'loopback,unix' });
  const based = await daemonOf(t, { MAKIMA_TRUSTED_PROXIES: 'loopback', MAKIMA_BASE_PATH: '/makima' });
  const address = new URL(over.daemon.url).host;
  const [port, belowPort, basedPort, plainPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const server = (at: number, location: string): string =>
    `server {\n  listen 127.0.0.1:${at} ssl;\n  server_name example.org;\n  ${tls}\n${location}}\n`;
  const servers = [
    whole
      .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
      .replace('/etc/ssl/makima.crt', certificate)
      .replace('/etc/ssl/makima.key', key)
      .replace('127.0.0.1:8080', address),
    server(belowPort, below.replace('/home/ada/.makima/makima.sock', join(over.home, 'makima.sock'))),
    server(
      basedPort,
      below
        .replace(/proxy_pass .*;/, `proxy_pass http://${new URL(based.daemon.url).host};`)
        .replace('X-Forwarded-Prefix /makima', 'X-Forwarded-Prefix ""'),
    ),
    // As nginx is where nobody says anything.
    server(plainPort, `location / { proxy_pass http://${address}; proxy_set_header Host $host; }\n`),
  ];
  await startNginx(t, servers.join('\n'), port);
  const wayTo = wayBy(certificate);
  const { ask } = wayTo(port, over.token);
  const long = Promise.all([
    waitsLong({ ask, prefix: '' }, 62),
    waitsLong({ ask: client(plainPort, certificate, over.token, 'example.org'), prefix: '' }, 62),
  ]);

  await t.test('a whole host, behind TLS', (t) => holds(t, wayTo(port, over.token), over.daemon));
  await t.test('below a path, over the unix socket', async (t) => {
    await holds(t, wayTo(belowPort, over.token, '/makima', 'example.org'), over.daemon);
  });
  await t.test('below a path that is left on, by MAKIMA_BASE_PATH', async (t) => {
    await holds(t, wayTo(basedPort, based.token, '/makima', 'example.org'), based.daemon);
  });
  await t.test('a name that is nobody’s is refused, by whatever address it leads to nginx', async (t) => {
    const evil: Ask = (path) => ask(path, { headers: { host: 'evil.example' } });
    t.equal((await evil('/api/v1/mesh/info')).status, 403);
  });
  await t.test('a wait that is longer than its time-out is answered, where the recipe’s is set', async (t) => {
    t.strictSame(await long, [200, 504]);
  });
});
