import t from 'tap';
import type { NewWebhook, Webhook } from '../../schemas/webhook.ts';
import { MakimaError } from '../../src/errors.ts';
import type { TaskStore } from '../../src/store/task-store.ts';
import { startDaemon, type Refusal } from '../support/daemon.ts';
import { isOf, startReceiver, verify, type Received } from './receiver.ts';

const idsOf = (received: readonly Received[]): number[] => received.map(({ message }) => Number(message.data['id']));
const first = ([one]: readonly Received[]): Received => {
  if (!one) throw new Error('nothing came');
  return one;
};
const typesOf = (received: readonly Received[]): string[] => received.map(({ message }) => message.type);

void t.test('webhooks', async (t) => {
  let ahead = 0;
  const daemon = await startDaemon(
    t,
    'cheap',
    { MAKIMA_WEBHOOK_ALLOW: '127.0.0.1' },
    { webhookPauseMs: 10, webhookLongestPauseMs: 50, webhookTimeoutMs: 300 },
    { now: () => new Date(Date.now() + ahead) },
  );
  const receiver = await startReceiver(t);
  const add = async (path: string, more: Record<string, unknown> = {}): Promise<NewWebhook> => {
    const { status, body } = await daemon.call<NewWebhook>('POST', '/webhooks', { url: receiver.url + path, ...more });
    t.equal(status, 201, JSON.stringify(body));
    return body;
  };
  const get = async (id: string): Promise<Webhook> => (await daemon.call<Webhook>('GET', `/webhooks/${id}`)).body;
  /** Waits for what the receiver cannot see: what the daemon notes of an answer. */
  const noted = async (id: string, fits: (webhook: Webhook) => boolean): Promise<Webhook> => {
    for (;;) {
      const webhook = await get(id);
      if (fits(webhook)) return webhook;
    }
  };
  const hasEnd =
    (taskId: string) =>
    (received: Received[]): boolean =>
      received.some(isOf('end', taskId));

  await t.test('what happens is told in order, once, signed, and without lines of output', async (t) => {
    const before = await daemon.start({});
    await daemon.ended(before.id);
    const webhook = await add('/usual');
    t.match(webhook, {
      secret: /^whsec_[A-Za-z0-9+/]{43}=$/,
      types: ['status', 'merge', 'completion', 'end'],
      taskId: null,
      disabledAt: null,
    });
    const task = await daemon.start({});
    const received = await receiver.until('/usual', hasEnd(task.id));
    t.notOk(received.some(isOf('end', before.id)), 'only from now on');
    const events = (await daemon.events(task.id)).filter(({ type }) => webhook.types.some((each) => each === type));
    t.strictSame(
      idsOf(received),
      events.map(({ id }) => id),
      'each once, in order',
    );
    t.match(received.at(-1)?.message, { type: 'end', data: { status: 'done', taskId: task.id }, timestamp: events.at(-1)?.at });
    for (const one of received) {
      t.strictSame(verify(webhook.secret, one), one.message);
      t.match(one.headers, { 'content-type': 'application/json', 'webhook-id': new RegExp(`^${String(one.message.data['id'])}-\\w+$`) });
    }
    t.throws(() => verify(`whsec_${Buffer.alloc(32).toString('base64')}`, first(received)));
    const { secret: _, ...shown } = webhook;
    const now = await noted(webhook.id, ({ pending }) => pending === 0);
    t.match(now, { ...shown, lastDeliveredAt: /Z$/, lastError: null });
    t.notOk('secret' in now);
    t.strictSame((await daemon.call<Webhook[]>('GET', '/webhooks')).body, [now]);
    t.equal((await daemon.call('DELETE', `/webhooks/${webhook.id}`)).status, 204);
    t.match(await daemon.call('DELETE', `/webhooks/${webhook.id}`), { status: 404, body: { code: 'WEBHOOK_NOT_FOUND' } });
    t.match(await daemon.call('GET', `/webhooks/${webhook.id}`), { status: 404, body: { code: 'WEBHOOK_NOT_FOUND' } });
  });

  await t.test('one of a task is told of that and of those below it, and of the types that it asked for', async (t) => {
    const parent = await daemon.make({ isOrchestrator: true });
    const webhook = await add('/tree', { taskId: parent.id.toUpperCase(), types: ['output', 'end', 'end'] });
    t.match(webhook, { taskId: parent.id, types: ['output', 'end'] });
    const other = await daemon.start({});
    await daemon.ended(other.id);
    const child = await daemon.start({ parentTaskId: parent.id });
    const received = await receiver.until('/tree', hasEnd(child.id));
    t.strictSame(new Set(received.map(({ message }) => message.data['taskId'])), new Set([child.id]));
    t.ok(received.some(isOf('output', child.id, { stream: 'stdout' })), 'lines, since it asked for them');
    t.strictSame(new Set(typesOf(received)), new Set(['output', 'end']));
    await daemon.call('DELETE', `/webhooks/${webhook.id}`);
  });

  await t.test('what fails, is slow or leads elsewhere is tried again with the same id, and the task goes on in order', async (t) => {
    const first = await daemon.make();
    const others = await daemon.make();
    const webhook = await add('/flaky', { types: ['status'] });
    const tries = new Map<string, number>();
    receiver.answer('/flaky', (answer, { message, headers }) => {
      const id = String(headers['webhook-id']);
      const count = (tries.get(id) ?? 0) + 1;
      tries.set(id, count);
      if (message.data['taskId'] !== first.id || message.data['to'] !== 'running' || count > 4) answer.writeHead(200).end('thanks');
      else if (count === 1) answer.writeHead(500).end();
      else if (count === 2) answer.writeHead(307, { location: `${receiver.url}/elsewhere` }).end();
      else if (count === 3) answer.destroy();
      // The fourth is never answered.
    });
    await daemon.call('POST', `/tasks/${first.id}/start`);
    await daemon.ended(first.id);
    await daemon.call('POST', `/tasks/${others.id}/start`);
    const done = await receiver.until('/flaky', (received) =>
      [first, others].every(({ id }) => received.some(isOf('status', id, { to: 'done' }))),
    );
    const ofFirst = done.filter(({ message }) => message.data['taskId'] === first.id).map(({ message }) => message.data['to']);
    t.strictSame(ofFirst, ['queued', 'initializing', 'starting', ...Array.from({ length: 5 }, () => 'running'), 'done']);
    const again = done.filter(isOf('status', first.id, { to: 'running' }));
    t.equal(new Set(again.map(({ headers }) => headers['webhook-id'])).size, 1);
    for (const one of again) t.strictSame(verify(webhook.secret, one), one.message, 'signed anew each time');
    t.strictSame(receiver.at('/elsewhere'), []);
    t.match(await noted(webhook.id, ({ pending }) => pending === 0), {
      lastError: 'It did not answer in time',
      lastErrorAt: /Z$/,
      disabledAt: null,
    });
    await daemon.call('DELETE', `/webhooks/${webhook.id}`);
  });

  await t.test('what one task has waiting keeps no other from being told', async (t) => {
    const [stuck, free] = [await daemon.make(), await daemon.make()];
    const webhook = await add('/stuck', { types: ['end'] });
    receiver.answer('/stuck', (answer, { message }) => answer.writeHead(message.data['taskId'] === stuck.id ? 400 : 200).end());
    for (const { id } of [stuck, free]) await daemon.call('POST', `/tasks/${id}/start`);
    await receiver.until('/stuck', (received) => received.some(isOf('end', free.id)) && received.filter(isOf('end', stuck.id)).length > 2);
    t.match(await noted(webhook.id, ({ pending }) => pending === 1), { lastError: 'It answered 400' });
    receiver.answer('/stuck', 200);
    await noted(webhook.id, ({ pending }) => pending === 0);
    await daemon.call('DELETE', `/webhooks/${webhook.id}`);
  });

  await t.test('a task that is deleted before it was told of is told of all the same', async (t) => {
    const webhook = await add('/deleted', { types: ['end'] });
    receiver.answer('/deleted', 503);
    const task = await daemon.start({});
    await daemon.ended(task.id);
    t.equal((await daemon.call('DELETE', `/tasks/${task.id}`)).status, 204);
    await receiver.until('/deleted', (received) => received.length > 1);
    receiver.answer('/deleted', 202);
    await noted(webhook.id, ({ pending }) => pending === 0);
    t.ok(receiver.at('/deleted').every(isOf('end', task.id, { status: 'done' })));
    await daemon.call('DELETE', `/webhooks/${webhook.id}`);
  });

  await t.test('410 switches it off, and so do days without success', async (t) => {
    const [gone, failing] = [await add('/gone', { types: ['status'] }), await add('/failing', { types: ['end'] })];
    receiver.answer('/gone', 410);
    receiver.answer('/failing', 502);
    const task = await daemon.start({});
    await daemon.ended(task.id);
    t.match(await noted(gone.id, ({ disabledAt }) => disabledAt !== null), { reason: /410/, lastError: 'It answered 410', pending: 0 });
    t.equal(receiver.at('/gone').length, 1, 'nothing more is sent');
    await receiver.until('/failing', (received) => received.length > 2);
    t.match(await get(failing.id), { disabledAt: null, pending: 1 });
    ahead = 6 * 24 * 3_600_000;
    t.match(await noted(failing.id, ({ disabledAt }) => disabledAt !== null), {
      reason: /could not be delivered since/,
      lastError: 'It answered 502',
      pending: 0,
    });
    t.ok(receiver.at('/failing').length > 10, 'days in which nobody tried do not count');
    const count = receiver.received.length;
    await daemon.ended((await daemon.start({})).id);
    t.equal(receiver.received.length, count);
    for (const { id } of [gone, failing]) t.equal((await daemon.call('DELETE', `/webhooks/${id}`)).status, 204);
  });

  await t.test('what is no address, or one that nobody allowed, is refused', async (t) => {
    const refusal = async (url: string, more: Record<string, unknown> = {}) =>
      (await daemon.call<Refusal>('POST', '/webhooks', { url, ...more })).body.code;
    for (const url of ['ftp://example.org/', 'example.org', 'http://', 'http://[::1', 'http://user:word@127.0.0.1/', 'http://a b/'])
      t.equal(await refusal(url), 'VALIDATION_FAILED', url);
    for (const host of ['127.0.0.2', '2130706434', '10.1.2.3', '169.254.169.254', '[::1]', '[::ffff:10.0.0.1]', '[fd00::1]', '0.0.0.0'])
      t.equal(await refusal(`http://${host}:1/`), 'WEBHOOK_ADDRESS_REFUSED', host);
    t.equal(await refusal('http://nowhere.invalid/'), 'WEBHOOK_HOST_UNKNOWN');
    t.equal(await refusal(receiver.url, { taskId: '3f2b8a52-6d0e-4c57-9d5e-0c2a1b7f4e11' }), 'TASK_NOT_FOUND');
    t.equal(await refusal(receiver.url, { types: ['nothing'] }), 'VALIDATION_FAILED');
    t.strictSame((await daemon.call('GET', '/webhooks')).body, []);
  });

  await t.test('a tool key neither makes nor sees any', async (t) => {
    const { id } = await daemon.make();
    const { key } = (await daemon.call<{ key: string }>('POST', `/tasks/${id}/tool-keys`, {})).body;
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['POST', '', { url: receiver.url, taskId: id }],
      ['GET', `/${id}`, undefined],
      ['DELETE', `/${id}`, undefined],
    ] as const) {
      const [sent, type] = body === undefined ? [undefined, {}] : [JSON.stringify(body), { 'content-type': 'application/json' }];
      const init = { method, headers: { 'x-makima-tool-key': key, ...type }, ...(sent !== undefined && { body: sent }) };
      t.equal((await fetch(`${daemon.app.url}/api/v1/mesh/webhooks${path}`, init)).status, 403, `${method} ${path}`);
    }
  });
});

void t.test('of too much that waits the oldest goes, and a gap says so', async (t) => {
  const daemon = await startDaemon(
    t,
    'cheap',
    { MAKIMA_WEBHOOK_ALLOW: '127.0.0.0/8' },
    { webhookWaiting: 3, webhookPauseMs: 10, webhookLongestPauseMs: 20 },
  );
  const receiver = await startReceiver(t);
  receiver.answer('/', 500);
  const { body: webhook } = await daemon.call<NewWebhook>('POST', '/webhooks', { url: receiver.url, types: ['status'] });
  const ids: number[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { id } = await daemon.start({});
    ids.push(...(await daemon.events(id)).filter(({ type }) => type === 'status').map((event) => event.id));
  }
  const gap = (received: readonly Received[]): Received | undefined => received.findLast(({ message }) => message.type === 'gap');
  await receiver.until('/', (received) => gap(received)?.message.data['id'] === ids.at(-4));
  const before = receiver.received.length;
  receiver.answer('/', 200);
  const received = await receiver.until('/', (received) => idsOf(received.slice(before)).includes(ids.at(-1) ?? 0));
  t.strictSame(idsOf(received.slice(before)), ids.slice(-4), 'the gap, and behind it what was kept');
  t.match(gap(received), { message: { data: { id: ids.at(-4), taskId: null } }, headers: { 'webhook-id': /^gap-/ } });
  t.strictSame(verify(webhook.secret, first(received.slice(-1))), received.at(-1)?.message);
});

void t.test('a store that cannot be written for a moment loses nothing', async (t) => {
  const failures = new Set(['queueDeliveries', 'settleDelivery', 'postponeDelivery', 'nextDelivery']);
  const failing = (store: TaskStore): TaskStore =>
    new Proxy(store, {
      get(target, name): unknown {
        const method: unknown = Reflect.get(target, name);
        if (typeof name !== 'string' || !failures.has(name) || typeof method !== 'function') return method;
        return (...args: unknown[]): unknown =>
          failures.delete(name) ? Promise.reject(new MakimaError('DISK_FULL')) : Reflect.apply(method, target, args);
      },
    });
  const daemon = await startDaemon(
    t,
    'cheap',
    { MAKIMA_WEBHOOK_ALLOW: '127.0.0.1' },
    { webhookPauseMs: 5, webhookLongestPauseMs: 20 },
    { twins: { store: failing } },
  );
  const receiver = await startReceiver(t);
  receiver.answer('/', 503);
  await daemon.call<NewWebhook>('POST', '/webhooks', { url: receiver.url });
  const { id } = await daemon.start({});
  const expected = (await daemon.events(id)).filter(({ type }) => ['status', 'end'].includes(type)).map((event) => event.id);
  await receiver.until('/', (received) => received.length > 1);
  receiver.answer('/', 204);
  const received = await receiver.until('/', (all) => all.some(isOf('end', id)));
  t.strictSame([...new Set(idsOf(received))], expected);
  t.strictSame([...failures], [], 'all of it failed once');
});
