/** The typed client against a daemon: how it finds it, what it answers, what it throws. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { MakimaError, connect, type TaskEvent } from '../../clients/typescript/index.ts';
import { connect as connectPage } from '../../clients/typescript/browser.ts';
import { scratch, startDaemon } from '../support/daemon.ts';

for (const name of ['MAKIMA_HOME', 'MAKIMA_URL', 'MAKIMA_TOKEN', 'MAKIMA_API_URL', 'MAKIMA_API_KEY'])
  Reflect.deleteProperty(process.env, name);

const everything = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

void t.test('a daemon', async (t) => {
  const daemon = await startDaemon(t, 'counts');
  const { home, token } = daemon;
  const { url, socket } = daemon.app;

  await t.test('is found by what it is told, by the environment, and in its home, the socket first', async (t) => {
    const { info } = await connect({ home });
    const { id } = await info();
    const key = (await daemon.call<{ key: string }>('POST', `/tasks/${(await daemon.make()).id}/tool-keys`, {})).body.key;
    const ways: [what: string, options: Parameters<typeof connect>[0], env: Record<string, string>][] = [
      ['socket', { socket }, {}],
      ['url and token', { url: `${url}/`, token }, {}],
      ['home', { home }, { MAKIMA_URL: 'http://127.0.0.1:8' }],
      ['environment', {}, { MAKIMA_URL: url, MAKIMA_TOKEN: token, MAKIMA_HOME: '/nowhere' }],
      ['home of the environment', {}, { MAKIMA_HOME: home }],
    ];
    for (const [what, options, env] of ways) {
      Object.assign(process.env, env);
      const makima = await connect(options);
      t.equal((await makima.info()).id, id, what);
      for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    }
    Object.assign(process.env, { MAKIMA_API_URL: url, MAKIMA_API_KEY: key, MAKIMA_URL: 'http://127.0.0.1:8', MAKIMA_TOKEN: token });
    const agent = await connect();
    for (const name of ['MAKIMA_API_URL', 'MAKIMA_API_KEY', 'MAKIMA_URL', 'MAKIMA_TOKEN']) Reflect.deleteProperty(process.env, name);
    await t.rejects(agent.info(), { name: 'MakimaError', code: 'FORBIDDEN', status: 403 }, 'a key is a key');
    const narrowed = await connect({ home, toolKey: key });
    await t.rejects(narrowed.info(), { code: 'FORBIDDEN' }, 'over the socket too');
    // A socket that cannot be seen from here, as from within a container.
    const elsewhere = scratch(t);
    writeFileSync(join(elsewhere, 'daemon.json'), JSON.stringify({ pid: 1, url, socket: join(elsewhere, 'none.sock'), version: '0' }));
    writeFileSync(join(elsewhere, 'token'), `${token}\n`);
    const remote = await connect({ home: elsewhere });
    t.strictSame([remote.url, (await remote.info()).id], [url, id]);
    const page = await connectPage({ url, token });
    t.equal((await page.info()).id, id);
  });

  await t.test('that is not there says so, with what to do, and nobody waits', async (t) => {
    const empty = scratch(t);
    await t.rejects(connect({ home: empty }), { code: 'UNREACHABLE', status: 0, message: /No makima daemon runs on .*makima serve/ });
    await t.rejects(connect({ url: 'http://127.0.0.1:8', token }), { code: 'UNREACHABLE', message: /127\.0\.0\.1:8 \(.*ECONNREFUSED/ });
    await t.rejects(connect({ socket: join(empty, 'makima.sock') }), { code: 'UNREACHABLE' });
    await t.rejects(connect({ url: 'localhost:8080' }), TypeError);
    await t.rejects(connectPage({}), { message: /say where the daemon is/ });
  });

  for (const [way, options] of [
    ['socket', { home }],
    ['address', { url, token }],
  ] as const)
    await t.test(`over its ${way}`, async (t) => {
      const makima = await connect(options);
      const events: TaskEvent[] = [];
      const task = await makima.run({ name: 'counts', plan: 'COUNT: 20' }, { onEvent: (event) => events.push(event) });
      t.match(task, { name: 'counts', status: 'done' });
      t.strictSame(events, await daemon.events(task.id), 'each event once, in order');
      t.equal(events.at(-1)?.type, 'end');

      const outputs = events.filter((event) => event.type === 'output');
      for (const follow of [false, true]) t.strictSame(await everything(makima.output(task.id, { follow })), outputs, `follow ${follow}`);
      const after = outputs[3]?.id ?? 0;
      for (const follow of [false, true]) t.strictSame(await everything(makima.output(task.id, { follow, after })), outputs.slice(4));

      for (const follow of [false, true]) {
        t.strictSame(await everything(makima.output(task.id, { follow, tail: 3 })), outputs.slice(-3));
        t.strictSame(await everything(makima.output(task.id, { follow, tail: 0 })), []);
      }

      const some = makima.events({ taskId: task.id, types: ['status'] });
      const [first] = [await some.next()];
      const { cursor } = some;
      t.match([first.value, cursor], [{ type: 'status' }, new RegExp(`^${first.value?.id}\\b`)]);
      await some.return?.();
      t.strictSame(await some.next(), { done: true, value: undefined });
      const rest = await everything(makima.events({ taskId: task.id, types: ['status'], after: cursor ?? '' }));
      t.strictSame(
        [first.value, ...rest],
        events.filter((event) => event.type === 'status'),
      );

      t.equal((await makima.getTask(task.id)).name, 'counts');
      t.equal((await makima.wait(task.id)).status, 'done');
      t.type(await makima.patch(task.id), 'string');
      await t.rejects(makima.events({ taskId: crypto.randomUUID() }).next(), { code: 'TASK_NOT_FOUND', status: 404 });
      await t.rejects(makima.output(crypto.randomUUID()).next(), { code: 'TASK_NOT_FOUND' });
      const error: unknown = await makima.createTask({ name: 'x', plan: 'y', agent: 'nobody' }).catch((thrown: unknown) => thrown);
      t.ok(error instanceof MakimaError && error.code === 'INVALID_AGENT' && error.status === 400);
      const { error: plain, response } = await makima.api.GET('/api/v1/mesh/tasks/{taskId}', {
        params: { path: { taskId: crypto.randomUUID() } },
      });
      t.strictSame([plain?.code, response.status], ['TASK_NOT_FOUND', 404]);
      t.equal((await makima.call(makima.api.GET('/api/v1/mesh/info'))).home, home);

      const once = await makima.createTask({ name: 'once', plan: 'x' }, { idempotencyKey: `${way}-1` });
      t.equal((await makima.createTask({ name: 'once', plan: 'x' }, { idempotencyKey: `${way}-1` })).id, once.id);
      const all = await everything(makima.tasks({ limit: 1 }));
      t.strictSame(all.length, new Set(all.map(({ id }) => id)).size);
      t.ok(all.some(({ id }) => id === once.id) && all.some(({ id }) => id === task.id), 'page after page');
      await makima.deleteTask(once.id);
      await t.rejects(makima.getTask(once.id), { code: 'TASK_NOT_FOUND' });
    });

  await t.test('what waits is ended by a signal, by return, by close', async (t) => {
    const makima = await connect({ home });
    const reason = new Error('enough');
    const parked = makima.events({ signal: AbortSignal.abort(reason) });
    await t.rejects(parked.next(), reason);
    const leaving = new AbortController();
    const pending = makima.events({ signal: leaving.signal }).next();
    leaving.abort(reason);
    await t.rejects(pending, reason);
    const left = makima.events();
    const next = left.next();
    await left.return?.();
    t.strictSame(await next, { done: true, value: undefined }, 'an iterator that waits is ended by return');
    const open = makima.events().next();
    makima.close();
    t.strictSame(await open, { done: true, value: undefined }, 'and by close');
    await t.rejects(makima.info(), { code: 'CLOSED' });
    await t.rejects(makima.wait(crypto.randomUUID()), { code: 'CLOSED' });
  });

  await t.test('what has not changed is not sent again', async (t) => {
    const statuses: number[] = [];
    const counting: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      statuses.push(response.status);
      return response;
    };
    const makima = await connect({ url, token, fetch: counting });
    const task = await makima.createTask({ name: 'polled', plan: 'x' });
    statuses.length = 0;
    const [first, second] = [await makima.getTask(task.id), await makima.getTask(task.id)];
    t.strictSame(second, first);
    const lists = [await makima.listTasks({ limit: 1 }), await makima.listTasks({ limit: 1 }), await makima.listTasks({ limit: 2 })];
    t.strictSame(lists[1], lists[0]);
    t.equal(lists[2]?.items.length, 2, 'another list is another');
    await makima.updateTask(task.id, { name: 'renamed' });
    t.equal((await makima.getTask(task.id)).name, 'renamed');
    const tag =
      (await makima.api.GET('/api/v1/mesh/tasks/{taskId}', { params: { path: { taskId: task.id } } })).response.headers.get('etag') ?? '';
    const own = { path: { taskId: task.id }, header: { 'if-none-match': tag } };
    t.equal((await makima.api.GET('/api/v1/mesh/tasks/{taskId}', { params: own })).response.status, 304, 'who names a tag is told so');
    t.strictSame(statuses, [200, 304, 200, 304, 200, 200, 200, 304, 304]);
  });

  await t.test('below a path, over the socket and the address', async (t) => {
    const below = await startDaemon(t, 'counts', { MAKIMA_BASE_PATH: '/makima' });
    const { id } = (await below.call<{ id: string }>('GET', '/info')).body;
    writeFileSync(join(below.home, 'daemon.json'), JSON.stringify({ pid: 1, url: below.app.url, socket: below.app.socket, version: '0' }));
    for (const options of [{ home: below.home }, { home: below.home, fetch }, { socket: below.app.socket, url: below.app.url }]) {
      const makima = await connect(options);
      t.strictSame([(await makima.info()).id, makima.url], [id, below.app.url]);
    }
  });

  await t.test('a wait that is over says how the task is', async (t) => {
    const makima = await connect({ home });
    const task = await makima.createTask({ name: 'waits', plan: 'x' });
    await t.rejects(makima.wait(task.id, { timeoutMs: 1 }), { code: 'TIMEOUT', details: { task: { id: task.id, status: 'pending' } } });
  });
});
