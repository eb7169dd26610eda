/** The server of docs/client.md that passes on streams, as it stands there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { plainly, readSse, scratch, startDaemon, write } from '../support/daemon.ts';

const root = join(import.meta.dirname, '../..');

void t.test('a server that passes on the events of a task', async (t) => {
  const daemon = await startDaemon(t, 'says-a-line');
  const page = readFileSync(join(root, 'docs/client.md'), 'utf8');
  const [text = ''] = page.split('```ts\n').flatMap((part) => (part.includes('createServer(') ? [part.split('\n```\n', 1)[0] ?? ''] : []));
  t.match(text, /\.listen\(3000, '127\.0\.0\.1'\);$/);
  const folder = scratch(t);
  write(folder, {
    'package.json': '{"type": "module"}',
    'node_modules/makima/package.json': JSON.stringify({ type: 'module', exports: { './client': './typescript/index.ts' } }),
  });
  symlinkSync(join(root, 'clients/typescript'), join(folder, 'node_modules/makima/typescript'));
  const listening = ".listen(0, '127.0.0.1', function () { console.log(this.address().port); });";
  writeFileSync(join(folder, 'server.ts'), text.replace(".listen(3000, '127.0.0.1');", listening));
  const child = spawn(...plainly(process.execPath, join(folder, 'server.ts')), {
    env: { ...process.env, MAKIMA_HOME: daemon.home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill();
    await ended;
  });
  const [port] = await Promise.race([once(child.stdout, 'data'), ended.then(() => ['ended'])]);
  const url = `http://127.0.0.1:${String(port).trim()}`;

  const task = await daemon.start({ name: 'a', plan: 'b' });
  const events = [];
  for await (const event of readSse(await fetch(`${url}/tasks/${task.id}/events`))) events.push(event);
  t.match(events.at(-1), { type: 'end', taskId: task.id });
  t.ok(events.some(({ type }) => type === 'activity') && events.some(({ type }) => type === 'status'));
  const answer = await fetch(`${url}/tasks/${task.id}/events`, { headers: { 'last-event-id': `${events.at(-2)?.id ?? 0}` } });
  t.match(await answer.text(), /^id: \d+-\w+\nevent: end\ndata: [^\n]+\n\n$/, 'a page that comes back gets the rest');
  for (const [path, status, code] of [
    [`/tasks/${crypto.randomUUID()}/events`, 404, 'TASK_NOT_FOUND'],
    ['/', 404, 'ROUTE_NOT_FOUND'],
  ] as const) {
    const refused = await fetch(url + path);
    t.strictSame([refused.status, await refused.text()], [status, code]);
  }
});
