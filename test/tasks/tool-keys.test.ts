import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Task } from '../../schemas/task.ts';
import type { NewToolKey, ToolKey } from '../../schemas/tool-key.ts';
import { readSse, startDaemon, type Refusal } from '../support/daemon.ts';

const base = '/api/v1/mesh';

void t.test('what a tool key opens', async (t) => {
  let ahead = 0;
  const daemon = await startDaemon(t, 'says-a-line', { MAKIMA_MAX_DEPTH: '3' }, {}, { now: () => new Date(Date.now() + ahead) });
  const own = await daemon.make({ isOrchestrator: true, name: 'own' });
  const child = await daemon.make({ isOrchestrator: true, parentTaskId: own.id });
  const grandchild = await daemon.make({ isOrchestrator: true, parentTaskId: child.id });
  const parent = await daemon.make({ isOrchestrator: true });
  const underneath = await daemon.make({ isOrchestrator: true, parentTaskId: parent.id });
  const sibling = await daemon.make({ isOrchestrator: true, parentTaskId: parent.id });
  const newKey = async (taskId: string, body: Record<string, unknown> = {}): Promise<NewToolKey> =>
    (await daemon.call<NewToolKey>('POST', `/tasks/${taskId}/tool-keys`, body)).body;
  const { key, id: keyId } = await newKey(own.id, { label: 'mine' });
  const low = await newKey(underneath.id);
  const unknown = randomUUID();

  /** The status alone, and of a stream that stays open only its head. */
  const statusOf = async (secret: string, method: string, path: string, body?: unknown): Promise<number> => {
    const over = new AbortController();
    const response = await fetch(daemon.app.url + base + path, {
      method,
      signal: over.signal,
      headers: { 'x-makima-tool-key': secret, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    over.abort();
    return response.status;
  };
  const everything = async (): Promise<unknown> => (await daemon.call('GET', '/tasks?limit=1000')).body;

  /** Per call: what it answers for the own task and for one below; a refusal for rights is 403, everything else comes after it. */
  const matrix: [method: string, path: string, body: unknown, own: number, below: number][] = [
    ['GET', '', undefined, 200, 200],
    ['GET', '/subtasks', undefined, 200, 200],
    ['GET', '/tree', undefined, 200, 200],
    ['GET', '/wait?timeout=0', undefined, 200, 200],
    ['GET', '/output', undefined, 200, 200],
    ['GET', '/events', undefined, 200, 200],
    ['GET', '/worktree', undefined, 404, 404],
    ['GET', '/diff', undefined, 404, 404],
    ['PUT', '', { progressSummary: 'so far' }, 200, 403],
    ['PUT', '', { status: 'done' }, 409, 403],
    ['PUT', '', { status: 'done', force: true }, 409, 403],
    ['PUT', '', { name: 'renamed' }, 403, 403],
    ['PUT', '', { plan: 'another' }, 403, 403],
    ['PUT', '', { priority: 9 }, 403, 403],
    ['POST', '/pause', undefined, 403, 409],
    ['POST', '/resume', undefined, 403, 409],
    ['POST', '/messages', { message: 'hello' }, 403, 409],
    ['POST', '/messages', { message: 'hello', resume: true }, 403, 409],
    ['GET', '/messages', undefined, 200, 200],
    ['DELETE', `/messages/${unknown}`, undefined, 403, 404],
    ['POST', '/sibling-context', { siblingTaskId: child.id }, 403, 400],
    ['POST', '/worktree/clone', { targetDir: '/tmp/never-made' }, 403, 403],
    ['POST', '/tool-keys', {}, 403, 403],
    ['GET', '/tool-keys', undefined, 403, 403],
    ['DELETE', `/tool-keys/${keyId}`, undefined, 403, 403],
    ['POST', '/start', undefined, 403, 0],
    ['POST', '/stop', {}, 403, 0],
    ['DELETE', '', undefined, 403, 0],
  ];

  await t.test('its own task and those below, each as far as it goes', async (t) => {
    for (const [method, path, body, forOwn, below] of matrix) {
      const name = `${method} ${path} ${body === undefined ? '' : JSON.stringify(body)}`;
      t.equal(await statusOf(key, method, `/tasks/${own.id}${path}`, body), forOwn, `own: ${name}`);
      if (below === 0) continue;
      t.equal(await statusOf(key, method, `/tasks/${child.id}${path}`, body), below, `child: ${name}`);
      t.equal(await statusOf(key, method, `/tasks/${grandchild.id}${path}`, body), below, `grandchild: ${name}`);
    }
  });

  await t.test('nothing of another tree, of its parent or its siblings', async (t) => {
    const before = await everything();
    for (const [method, path, body] of matrix) {
      const name = `${method} ${path} ${body === undefined ? '' : JSON.stringify(body)}`;
      t.equal(await statusOf(key, method, `/tasks/${parent.id}${path}`, body), 403, `another tree: ${name}`);
      t.equal(await statusOf(key, method, `/tasks/${sibling.id}${path}`, body), 403, `below in another tree: ${name}`);
      t.equal(await statusOf(low.key, method, `/tasks/${parent.id}${path}`, body), 403, `the parent: ${name}`);
      t.equal(await statusOf(low.key, method, `/tasks/${sibling.id}${path}`, body), 403, `a sibling: ${name}`);
      // What only the owner may do is refused before anything is looked up.
      t.equal(await statusOf(key, method, `/tasks/${unknown}${path}`, body), path === '/worktree/clone' ? 403 : 404, `nobody: ${name}`);
    }
    const create = (secret: string, more: Record<string, unknown>) =>
      daemon.callWith<Refusal>(secret, 'POST', '/tasks', { name: 'n', plan: 'p', ...more });
    t.match(await create(key, {}), { status: 403, body: { code: 'FORBIDDEN' } }, 'no task outside of its tree');
    t.match(await create(key, { parentTaskId: parent.id }), { status: 403, body: { code: 'FORBIDDEN' } });
    t.match(await create(low.key, { parentTaskId: parent.id }), { status: 403, body: { code: 'FORBIDDEN' } });
    t.match(await create(key, { parentTaskId: own.id, continueFromTaskId: sibling.id }), { status: 403, body: { code: 'FORBIDDEN' } });
    t.equal(await statusOf(key, 'POST', `/tasks/${child.id}/sibling-context`, { siblingTaskId: sibling.id }), 403);
    for (const path of ['/info', '/targets/exists?targetDir=/tmp']) t.equal(await statusOf(key, 'GET', path), 403, path);
    t.equal((await fetch(`${daemon.app.url}/metrics`, { headers: { 'x-makima-tool-key': key } })).status, 403);
    t.same(await everything(), before);
  });

  await t.test('the list and the stream hold its own tree alone', async (t) => {
    const listed = async (secret: string, query = ''): Promise<string[]> =>
      (await daemon.callWith<{ items: Task[] }>(secret, 'GET', `/tasks${query}`)).body.items.map(({ id }) => id);
    t.same(await listed(key), [grandchild.id, child.id, own.id]);
    t.same(await listed(key, `?parentTaskId=${own.id}`), [child.id]);
    t.same(await listed(key, `?parentTaskId=${parent.id}`), []);
    t.same(await listed(low.key), [underneath.id]);
    const over = new AbortController();
    t.teardown(() => over.abort());
    const stream = readSse(
      await fetch(`${daemon.app.url}${base}/events?after=0`, { signal: over.signal, headers: { 'x-makima-tool-key': key } }),
    );
    await daemon.call('POST', `/tasks/${sibling.id}/stop`);
    await daemon.call('POST', `/tasks/${grandchild.id}/stop`);
    for await (const event of stream) {
      t.ok([own.id, child.id, grandchild.id].includes(event.taskId), `${event.type} of its own tree`);
      if (event.type === 'end') break;
    }
  });

  await t.test('it makes, starts, stops and deletes subtasks', async (t) => {
    for (const parentTaskId of [own.id, child.id]) {
      const { status, body } = await daemon.callWith(key, 'POST', '/tasks', { name: 'by key', plan: 'p', parentTaskId, start: true });
      t.match({ status, body }, { status: 201, body: { status: 'queued', parentTaskId } });
      t.equal((await daemon.ended(body.id)).status, 'done');
      t.equal(await statusOf(key, 'POST', `/tasks/${body.id}/start`), 202);
      t.equal(await statusOf(key, 'POST', `/tasks/${body.id}/stop`, {}), 202);
      await daemon.ended(body.id);
      t.equal(await statusOf(key, 'GET', `/tasks/${body.id}/worktree`), 200);
      t.equal(await statusOf(key, 'GET', `/tasks/${body.id}/diff`), 200);
      t.equal(await statusOf(key, 'DELETE', `/tasks/${body.id}`), 204);
    }
  });

  await t.test(
    'a key is shown once, kept as a hash, listed without itself, and over when it is revoked, expired or its task is deleted',
    async (t) => {
      const task = await daemon.make({ isOrchestrator: true });
      const hour = 3600_000;
      const soon = new Date(Date.now() + hour).toISOString();
      const [revoked, expiring, staying] = [
        await newKey(task.id, { label: 'a' }),
        await newKey(task.id, { expiresAt: soon }),
        await newKey(task.id),
      ];
      for (const each of [revoked, expiring, staying]) t.match(each, { key: /^[0-9a-f]{64}$/, createdAt: /Z$/ });
      t.equal(expiring.expiresAt, soon);
      const { body } = await daemon.call<ToolKey[]>('GET', `/tasks/${task.id}/tool-keys`);
      t.same(
        body,
        [revoked, expiring, staying].map(({ key: _, ...shown }) => shown),
      );
      const files = (directory: string): string[] =>
        readdirSync(directory, { recursive: true, encoding: 'utf8' })
          .map((name) => join(directory, name))
          .filter((path) => statSync(path).isFile());
      for (const file of files(daemon.home)) {
        const content = readFileSync(file);
        for (const secret of [key, staying.key]) t.notOk(content.includes(secret) || content.includes(Buffer.from(secret, 'hex')), file);
      }
      const use = (secret: string): Promise<number> => statusOf(secret, 'GET', `/tasks/${task.id}`);
      t.same([await use(revoked.key), await use(expiring.key), await use(staying.key)], [200, 200, 200]);
      t.equal((await daemon.call('DELETE', `/tasks/${task.id}/tool-keys/${revoked.id}`)).status, 204);
      t.equal(await use(revoked.key), 401);
      t.equal((await daemon.call('DELETE', `/tasks/${task.id}/tool-keys/${revoked.id}`)).status, 404);
      t.equal((await daemon.call('DELETE', `/tasks/${task.id}/tool-keys/${keyId}`)).status, 404, "another task's key");
      ahead = hour;
      t.equal(await use(expiring.key), 401);
      t.equal(await use(staying.key), 200);
      for (const wrong of [staying.key.toUpperCase(), staying.key.slice(1), `${staying.key}0`, '0'.repeat(64), daemon.token])
        t.equal(await use(wrong), 401);
      t.equal((await daemon.callWith(null, 'GET', `/tasks/${task.id}`)).status, 401);
      t.same((await daemon.call('DELETE', `/tasks/${task.id}`)).status, 204);
      t.equal(await use(staying.key), 401);
      t.equal(await statusOf(key, 'GET', `/tasks/${own.id}`), 200);
    },
  );
});
