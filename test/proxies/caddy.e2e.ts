/** The recipes' caddy in front of a daemon. It is skipped by its name where there is no caddy. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { spawnDaemon } from '../support/daemon-process.ts';
import { scratch, write } from '../support/daemon.ts';
import { freePort } from '../support/ports.ts';
import { holds, wayBy } from './holds.ts';
import { host, makeCertificate, recipe, startProxy, whyNot } from './proxy.ts';

const skip = whyNot('caddy', 'version') || whyNot('openssl', 'version');

void t.test('caddy', { skip }, async (t) => {
  const directory = scratch(t);
  const { certificate, key } = makeCertificate(directory);
  const home = scratch(t);
  const daemon = await spawnDaemon(t, home, 'runs-plan', {
    MAKIMA_STOP_AGENTS: 'true',
    MAKIMA_ALLOWED_HOSTS: `${host},example.org`,
    MAKIMA_TRUSTED_PROXIES: 'loopback,unix',
  });
  const token = readFileSync(join(home, 'token'), 'utf8').trim();
  const [port, belowPort] = [await freePort(), await freePort()];
  /** The recipe's site with a certificate of ours, at a port of its own. */
  const site = (text: string, name: string, at: number): string =>
    text.replace(`${name} {`, `https://${name}:${at} {\n  bind 127.0.0.1\n  tls ${certificate} ${key}`);
  const whole = recipe('caddy', 'reverse_proxy 127.0.0.1:8080').replace('127.0.0.1:8080', new URL(daemon.url).host);
  const below = recipe('caddy', 'handle_path').replace('/home/ada/.makima/makima.sock', join(home, 'makima.sock'));
  write(directory, {
    Caddyfile: `{\n  admin off\n  auto_https disable_redirects\n}\n${site(whole, host, port)}\n${site(below, 'example.org', belowPort)}`,
  });
  const places = { HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory };
  await startProxy(t, 'caddy', ['run', '--adapter', 'caddyfile', '--config', join(directory, 'Caddyfile')], port, places);

  const wayTo = wayBy(certificate);
  await t.test('a whole host, behind TLS', (t) => holds(t, wayTo(port, token), daemon));
  await t.test('below a path, over the unix socket', async (t) => {
    await holds(t, wayTo(belowPort, token, '/makima', 'example.org'), daemon);
  });
});
