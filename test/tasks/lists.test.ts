import t from 'tap';
import type { TaskPage as Page } from '../../schemas/answers.ts';
import type { Task } from '../../schemas/task.ts';
import { startDaemon, type Refusal } from '../support/daemon.ts';

void t.test('lists for who polls them', async (t) => {
  const daemon = await startDaemon(t, 'cheap');
  const make = daemon.make.bind(daemon);
  const list = (query: string, headers: Record<string, string> = {}) => daemon.call<Page>('GET', `/tasks?${query}`, undefined, headers);
  const ids = async (query: string): Promise<string[]> => (await list(query)).body.items.map(({ id }) => id);
  const put = async (id: string, change: object): Promise<Task> => (await daemon.call('PUT', `/tasks/${id}`, change)).body;

  const parent = await make({ isOrchestrator: true, name: 'Parent', plan: 'A long plan' });
  const child = await make({ parentTaskId: parent.id, name: 'Child' });
  const ended = await make({ name: 'Ended', plan: 'Says hello', start: true });
  await daemon.ended(ended.id);

  await t.test('of several statuses, and of the tops of trees', async (t) => {
    t.strictSame(await ids('status=pending&status=completed'), [ended.id, child.id, parent.id]);
    t.strictSame(await ids('status=done,failed'), [ended.id]);
    t.strictSame(await ids('parentTaskId=none'), [ended.id, parent.id]);
    t.strictSame(await ids('parentTaskId=none&status=pending'), [parent.id]);
  });

  await t.test('updatedAt grows with each change, and updatedSince finds what changed since', async (t) => {
    t.ok(child.updatedAt >= child.createdAt);
    const before = (await list('limit=10')).body.items.map(({ updatedAt }) => updatedAt);
    const latest = before.toSorted().at(-1) ?? '';
    t.ok((await daemon.call('GET', `/tasks/${ended.id}`)).body.updatedAt > ended.createdAt, 'a run changes it');
    const changed = await put(child.id, { progressSummary: 'half' });
    t.ok(changed.updatedAt >= latest);
    const found = await ids(`updatedSince=${encodeURIComponent(changed.updatedAt)}`);
    t.ok(found.includes(child.id), 'the time itself is part of it');
    t.notOk(found.includes(parent.id));
    t.strictSame(await ids('updatedSince=2100-01-01T00:00:00Z'), []);
    t.match(await daemon.call<Refusal>('GET', '/tasks?updatedSince=2016-12-31T23:59:60Z'), {
      status: 400,
      body: { code: 'VALIDATION_FAILED', message: /updatedSince/ },
    });
  });

  await t.test('a summary is everything but the plans', async (t) => {
    const { body } = await list('view=summary');
    const full = (await list('view=full')).body.items;
    t.strictSame(
      body.items,
      full.map(({ plan: _, ...rest }) => rest),
    );
    t.notOk(body.items.some((task) => 'plan' in task));
    t.equal(full.find(({ id }) => id === parent.id)?.plan, 'A long plan');
    t.strictSame((await list('')).body.items, full, 'which is what a list is where nothing is said');
  });

  await t.test('the next page has an address, also in plain text', async (t) => {
    for (const accept of ['application/json', 'text/plain']) {
      const address = (headers: Headers): string | undefined =>
        /^<\/api\/v1\/mesh(\/tasks\?[^>]*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
      const seen: string[] = [];
      let path: string | undefined = '/tasks?limit=1&status=pending&status=done&view=summary';
      while (path !== undefined) {
        const { body, headers }: { body: unknown; headers: Headers } = await daemon.call<unknown>('GET', path, undefined, { accept });
        seen.push(...(JSON.stringify(body).match(/[0-9a-f-]{36}(?=",|\\t)/g) ?? []).slice(0, 1));
        path = address(headers);
        if (path !== undefined) t.match(path, /status=pending&status=done&view=summary/);
      }
      t.strictSame(seen, [ended.id, child.id, parent.id], accept);
    }
  });

  await t.test('an answer that the caller has is 304, until something in it changes', async (t) => {
    for (const [path, accept] of [
      [`/tasks/${child.id}`, 'application/json'],
      [`/tasks/${child.id}`, 'text/plain'],
      ['/tasks?limit=2&view=summary', 'application/json'],
      ['/tasks?limit=2', 'application/json'],
      ['/tasks?limit=2', 'text/plain'],
    ] as const) {
      const get = (known?: string) =>
        daemon.call<unknown>('GET', path, undefined, { accept, ...(known !== undefined && { 'if-none-match': known }) });
      const what = `${accept} ${path}`;
      const first = await get();
      const tag = first.headers.get('etag') ?? '';
      t.match(tag, /^"[\w-]+"$/, what);
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const again = await get(known);
        t.match(again, { status: 304, body: '' }, `${what}, ${known}`);
        t.equal(again.headers.get('etag'), tag);
        t.match(again.headers.get('vary'), /Accept/);
      }
      t.equal((await get('"other"')).status, 200);
      await put(child.id, { name: `Child ${String(Math.random())}`, progressSummary: what });
      const changed = await get(tag);
      t.equal(changed.status, 200, what);
      t.not(changed.headers.get('etag'), tag);
    }
    const tags = await Promise.all(
      ['view=full', 'view=summary', 'view=full&limit=1'].map(async (query) => (await list(query)).headers.get('etag')),
    );
    t.equal(new Set(tags).size, 3, 'another answer is another one');
    const gone = await make();
    const { headers } = await daemon.call('GET', `/tasks/${gone.id}`);
    await daemon.call('DELETE', `/tasks/${gone.id}`);
    const after = await daemon.call<Refusal>('GET', `/tasks/${gone.id}`, undefined, { 'if-none-match': headers.get('etag') ?? '' });
    t.match(after, { status: 404, body: { code: 'TASK_NOT_FOUND' } });
  });
});
