import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { scratch } from '../support/daemon.ts';
import { spawnDaemon } from '../support/daemon-process.ts';

type Daemon = Awaited<ReturnType<typeof spawnDaemon>>;

void t.test('a reader goes on over kills with the id of a stream, and is told where a backup was put back', async (t) => {
  const home = join(scratch(t), 'home');
  const backup = join(scratch(t), 'backup');
  const events = async (daemon: Daemon, query = '', lastEventId?: string): Promise<{ status: number; ids: string[] }> => {
    const authorization = `Bearer ${readFileSync(join(home, 'token'), 'utf8').trim()}`;
    const over = new AbortController();
    const response = await fetch(`${daemon.url}/api/v1/mesh/events?${query}`, {
      headers: { authorization, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
      signal: over.signal,
    });
    let text = '';
    // Up to the state of the tasks, which comes when the rest has been sent or is about to be.
    if (response.status === 200 && response.body)
      for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
        text += piece;
        if (/^event: end$/m.test(text)) break;
      }
    over.abort();
    return { status: response.status, ids: [...text.matchAll(/^id: (\S+)\nevent: end$/gm)].map(([, id = '']) => id) };
  };
  const run = async (daemon: Daemon, lines: number): Promise<void> => {
    const { body } = await daemon.call('POST', '/tasks', { name: 'count', plan: `COUNT: ${lines}`, start: true });
    for await (const event of daemon.follow(body.id)) if (event.type === 'end') break;
  };

  let daemon = await spawnDaemon(t, home, 'counts');
  await run(daemon, 3);
  const before = (await events(daemon, 'after=0')).ids[0] ?? '';
  t.match(before, /^\d+-[0-9a-z]+$/);
  await daemon.kill('SIGKILL');
  daemon = await spawnDaemon(t, home, 'counts');
  await daemon.kill('SIGTERM');
  cpSync(home, backup, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });

  daemon = await spawnDaemon(t, home, 'counts');
  await run(daemon, 3);
  const since = await events(daemon, '', before);
  t.match(since, { status: 200, ids: [/^\d+-[0-9a-z]+$/] }, 'over a kill and an end in order');
  const lost = since.ids[0] ?? '';
  t.not(lost, before);
  await daemon.kill('SIGKILL');
  rmSync(home, { recursive: true });
  cpSync(backup, home, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });

  daemon = await spawnDaemon(t, home, 'counts');
  await run(daemon, 50);
  t.equal((await events(daemon, '', lost)).status, 410, 'of what was taken back, though as many were counted again');
  t.equal((await events(daemon, `after=${lost}`)).status, 410);
  t.match(await events(daemon, '', before), { status: 200, ids: [/^\d+-/] }, 'of before the backup');
});
