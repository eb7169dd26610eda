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
