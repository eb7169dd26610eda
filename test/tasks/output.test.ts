import t from 'tap';
import { startDaemon } from '../support/daemon.ts';

void t.test('the output is followed live as text and as NDJSON, until the task has ended', async (t) => {
  const daemon = await startDaemon(t, 'echo-messages', {}, { interruptGraceMs: 100 });
  const { id } = await daemon.start({ plan: 'first words' });
  const follow = async (accept: string): Promise<string> =>
    (
      await fetch(`${daemon.app.url}/api/v1/mesh/tasks/${id}/output?follow=true`, {
        headers: { authorization: `Bearer ${daemon.token}`, accept },
      })
    ).text();
  const [text, ndjson] = await Promise.all([follow('text/plain'), follow('application/x-ndjson')]);
  t.match(text, /^\[makima\] Agent: claude/m);
  t.match(text, /first words/);
  t.match(text, /^\[makima\] Completion action: none/m, 'to the last line');
  const events = ndjson
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.strictSame(
    events,
    (await daemon.events(id)).filter((event) => event.type === 'output'),
  );
});

void t.test('as text it ends with how the task ended, and with what to do where it failed', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name');
  const textOf = (id: string, query: string): Promise<string> => daemon.text(`/tasks/${id}/output${query}`);
  const failed = await daemon.start({ name: 'not-logged-in' });
  const live = await textOf(failed.id, '?follow=true');
  const { errorMessage } = await daemon.ended(failed.id);
  t.match(errorMessage, 'claude');
  t.ok(live.endsWith(`\n[makima] failed: ${errorMessage ?? ''}\n`), live);
  t.equal(live.split(errorMessage ?? '').length, 2, 'said once');
  t.equal(await textOf(failed.id, ''), live);
  const last = (await daemon.events(failed.id)).at(-2);
  t.equal(await textOf(failed.id, `?after=${last?.id}`), `[makima] failed: ${errorMessage ?? ''}\n`, 'from any point');

  const done = await daemon.start({ name: 'says-a-line' });
  t.match(await textOf(done.id, '?follow=true'), /\n\[makima\] done\n$/);
  const stopped = await daemon.start({ name: 'forever' });
  const following = textOf(stopped.id, '?follow=true');
  await daemon.stopped(stopped.id);
  t.match(await following, /\n\[makima\] interrupted: it was stopped\n$/);
  const { body } = await daemon.call<{ items: unknown[] }>('GET', `/tasks/${failed.id}/output?limit=1000`);
  t.match(body.items.at(-1), { stream: 'system', level: 'error' }, 'programs have it as the last line of the output');
});

void t.test('pages of JSON come to everything once', async (t) => {
  const daemon = await startDaemon(t, 'counts');
  const { id } = await daemon.start({ plan: 'COUNT: 50' });
  await daemon.ended(id);
  const paged: unknown[] = [];
  let after: string | null = '0';
  while (after !== null) {
    const { body }: { body: { items: unknown[]; nextCursor: string | null } } = await daemon.call(
      'GET',
      `/tasks/${id}/output?limit=7&after=${after}`,
    );
    paged.push(...body.items);
    after = body.nextCursor;
  }
  t.strictSame(
    paged,
    (await daemon.events(id)).filter((event) => event.type === 'output'),
  );
});

void t.test('the last lines alone, in each form, and then what comes', async (t) => {
  const daemon = await startDaemon(t, 'forever');
  const { id } = await daemon.start({ plan: 'first words' });
  const before = await daemon.until(id, (event) => event.type === 'output' && event.stream === 'stdout');
  const headers = { authorization: `Bearer ${daemon.token}` };
  const output = `${daemon.app.url}/api/v1/mesh/tasks/${id}/output`;
  const following = await Promise.all(
    ['text/plain', 'application/x-ndjson'].map((accept) => fetch(`${output}?tail=0&follow=true`, { headers: { ...headers, accept } })),
  );
  await daemon.stopped(id);
  const all = (await daemon.events(id)).filter((event) => event.type === 'output');
  const [text = '', ndjson = ''] = await Promise.all(following.map((response) => response.text()));
  t.notOk(text.includes('Agent: claude'));
  t.match(text, /\[makima\] interrupted: it was stopped\n$/);
  const followed = ndjson
    .trimEnd()
    .split('\n')
    .map((each) => JSON.parse(each));
  t.ok(followed.length > 0 && followed.length <= all.length - before.filter((event) => event.type === 'output').length);
  t.strictSame(followed, all.slice(-followed.length));

  const { body } = await daemon.call<{ items: unknown[]; nextCursor: string | null }>('GET', `/tasks/${id}/output?tail=3`);
  t.strictSame(body, { items: all.slice(-3), nextCursor: null });
  const page = await daemon.call<{ items: unknown[]; nextCursor: string | null }>('GET', `/tasks/${id}/output?tail=3&limit=2`);
  t.strictSame(page.body, { items: all.slice(-3, -1), nextCursor: String(all.at(-2)?.id) });
  t.match(await daemon.text(`/tasks/${id}/output?tail=1`), /^[^\n]*\n\[makima\] interrupted: it was stopped\n$/);
  t.equal((await daemon.call('GET', `/tasks/${id}/output?tail=-1`)).status, 400);
});
