import t from 'tap';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { scratch, userRepository } from '../support/daemon.ts';
import { spawnDaemon } from '../support/daemon-process.ts';
import { readDaemonFile } from '../../src/home/daemon-file.ts';
import { serve } from './serve.ts';

interface Refusal {
  statusCode: number;
  code: string;
  message: string;
}

interface Document {
  servers: { url: string }[];
  paths: Record<string, Record<string, unknown>>;
}

const basePath = '/on/makima';

void t.test('below a base path is all that there is without one, and nothing is beside it', async (t) => {
  const plain = await serve(t, { version: packageJson.version });
  const { url, call, calls } = await serve(t, { basePath, version: packageJson.version });
  const document = (await (await fetch(`${url}${basePath}/openapi.json`)).json()) as Document;
  const without = (await (await fetch(`${plain.url}/openapi.json`)).json()) as Document;
  t.strictSame(
    document.servers.map((server) => server.url),
    [basePath],
  );
  t.strictSame(document, { ...without, servers: document.servers.map((server) => ({ ...without.servers[0], ...server })) });
  t.strictSame(parse(await (await fetch(`${url}${basePath}/openapi.yaml`)).text()), document);

  for (const [template, methods] of Object.entries(document.paths)) {
    const path = template.replaceAll(/\{\w+\}/g, 'x');
    for (const method of Object.keys(methods).map((name) => name.toUpperCase())) {
      // Nothing is served without a credential that needs one, so that the answer says whether the route is there.
      const there = await fetch(`${url}${basePath}${path}`, { method, headers: { authorization: 'Bearer wrong' } });
      await there.arrayBuffer();
      t.ok([200, 401].includes(there.status), `${method} ${path} ${there.status}`);
      const beside = await call(path, { method });
      const body = (await beside.json()) as Refusal;
      t.strictSame([beside.status, body.statusCode, body.code], [404, 404, 'ROUTE_NOT_FOUND'], `${method} ${path}`);
      t.match(body.message, `; everything is below ${basePath}. `);
    }
  }
  for (const path of ['/', '/on', '/on/makimas/healthz', `${basePath}/nowhere`, `${basePath}/`, basePath]) {
    t.equal((await fetch(url + path)).status, 401, `${path} asks for a credential`);
    t.equal((await call(path)).status, 404, path);
  }
  t.equal((await call(`${basePath}/healthz`, { method: 'POST' })).headers.get('allow'), 'GET, HEAD');
  t.strictSame(calls, []);
});

void t.test('what leads back to the API has the base path in it', async (t) => {
  const { url, call } = await serve(t, { basePath });
  const made = await call(`${basePath}/api/v1/mesh/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"n","plan":"p"}',
  });
  const { id } = (await made.json()) as { id: string };
  t.equal(made.headers.get('location'), `${basePath}/api/v1/mesh/tasks/${id}`);
  for (const page of ['/docs', '/docs/']) {
    const response = await fetch(`${url}${basePath}${page}`);
    const html = await response.text();
    t.match(response.headers.get('content-security-policy'), /script-src 'self'/);
    const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => new URL(match[1] ?? '', `${url}${basePath}${page}`));
    t.ok(sources.length >= 4);
    for (const source of sources) {
      t.ok(source.pathname.startsWith(`${basePath}/docs/static/`), source.pathname);
      const asset = await fetch(source);
      await asset.arrayBuffer();
      t.equal(asset.status, 200, source.pathname);
    }
  }
  t.strictSame(((await (await fetch(`${url}${basePath}/docs/json`)).json()) as Document).servers[0]?.url, basePath);
});

void t.test('a daemon below a base path: what it says of itself, its docs, and an orchestrator at work', async (t) => {
  const home = scratch(t);
  const daemon = await spawnDaemon(t, home, 'runs-plan', { MAKIMA_BASE_PATH: basePath });
  const { origin } = new URL(daemon.url);
  t.equal(daemon.url, origin + basePath);
  t.match(daemon.greeting(), `makima ${packageJson.version} listens on ${origin}${basePath} and `);
  t.match(daemon.greeting(), `${origin}${basePath}/api/v1/mesh/info`);
  t.match(daemon.greeting(), `API documentation: ${origin}${basePath}/docs`);
  t.equal((await fetch(`${daemon.url}/docs`)).status, 200);
  t.equal((await fetch(`${origin}/docs`)).status, 401);
  t.equal((await daemon.call('GET', '/info')).status, 200);

  const { body: task } = await daemon.call('POST', '/tasks', {
    name: 'parent',
    plan: "RUN: .makima/orchestrate.sh create child 'RUN: echo of the child > child.txt' && .makima/orchestrate.sh list",
    repositoryUrl: userRepository(t),
    isOrchestrator: true,
    start: true,
  });
  const said: string[] = [];
  for await (const event of daemon.follow(task.id)) if (event.type === 'output') said.push(event.content);
  t.match(said.join('\n'), /pending\\tchild/);
  const { body: children } = await daemon.call<{ name: string }[]>('GET', `/tasks/${task.id}/subtasks`);
  t.strictSame(
    children.map(({ name }) => name),
    ['child'],
  );
});

void t.test('whoever finds the daemon ready can read where it is', async (t) => {
  const home = scratch(t);
  const first = await spawnDaemon(t, home, 'cheap');
  await first.kill('SIGKILL');
  const starting = spawnDaemon(t, home, 'cheap');
  const failed = new Promise<never>((_resolve, reject) => void starting.catch(reject));
  // The port is the one of before, at which nobody answers until the second listens.
  const isReady = (): Promise<boolean> =>
    fetch(`${first.url}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    );
  while (!(await Promise.race([isReady(), failed])));
  const written = await readDaemonFile(home);
  const second = await starting;
  t.strictSame([written?.pid, written?.url], [second.pid, first.url]);
});
