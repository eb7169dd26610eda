/**
 * The servers of docs/recipes.md, as somebody copies them: each receiver is told by a daemon, and refuses what is not signed; the one that hands
 * streams on does so to who may watch.
 */
import { spawn, spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import type { NewWebhook } from '../../schemas/webhook.ts';
import { blocks, root } from '../documentation/blocks.ts';
import { readSse, scratch, startDaemon, write } from '../support/daemon.ts';
import { freePort, isListening } from '../support/ports.ts';

const programOf = (language: string, holding = 'WEBHOOK_SECRET'): string => {
  const block = blocks.find((each) => each.page === 'docs/recipes.md' && each.language === language && each.text.includes(holding));
  if (!block) throw new Error(`docs/recipes.md has no program in ${language} with ${holding}`);
  return block.text;
};

const tryReceiver = async (t: Test, language: string, command: string): Promise<void> => {
  const directory = scratch(t);
  const file = `receiver.${language === 'js' ? 'mjs' : 'py'}`;
  write(directory, { [file]: programOf(language) });
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  const port = await freePort();
  const daemon = await startDaemon(
    t,
    'says-a-line',
    { MAKIMA_WEBHOOK_ALLOW: '127.0.0.1' },
    { webhookPauseMs: 20, webhookLongestPauseMs: 50 },
  );
  const { body: webhook } = await daemon.call<NewWebhook>('POST', '/webhooks', { url: `http://127.0.0.1:${port}/`, types: ['end'] });
  // What happens before it is there waits for it.
  const task = await daemon.start({});
  const env = { ...process.env, PORT: String(port), WEBHOOK_SECRET: webhook.secret };
  const child = spawn(command, [join(directory, file)], { cwd: directory, env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    t.equal(line, `end ${task.id} done`);
    break;
  }
  while (!(await isListening(port)));
  const forged = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: {
      'webhook-id': '1',
      'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
    },
    body: '{"type":"end","data":{"taskId":"x","status":"done"}}',
  });
  t.equal(forged.status, 401);
};

void t.test('in Node', (t) => tryReceiver(t, 'js', process.execPath));

const hasPython = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0;
void t.test('in Python', { skip: hasPython ? false : 'no Python 3.9 or later' }, (t) => tryReceiver(t, 'python', 'python3'));

void t.test('the server that hands streams on', async (t) => {
  const home = scratch(t);
  write(home, { '.makima/.keep': '' });
  const daemon = await startDaemon(t, 'says-a-line', { MAKIMA_HOME: join(home, '.makima') });
  write(home, { 'server.mjs': programOf('js', 'mayWatch').replace('http://127.0.0.1:8080', daemon.app.url) });
  const port = await freePort();
  const child = spawn(process.execPath, [join(home, 'server.mjs')], {
    env: { ...process.env, HOME: home, PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  while (!(await isListening(port)));
  const task = await daemon.start({});
  const watch = (headers: Record<string, string>): Promise<Response> => fetch(`http://127.0.0.1:${port}/watch/${task.id}`, { headers });
  t.equal((await watch({})).status, 404);
  const ids: number[] = [];
  for await (const event of readSse(await watch({ cookie: `watches=${task.id}` }))) ids.push(event.id);
  const all = (await daemon.events(task.id)).filter(({ type }) => ['status', 'output', 'end'].includes(type)).map(({ id }) => id);
  t.strictSame(ids, all);
  const rest: number[] = [];
  const after = { cookie: `watches=${task.id}`, 'last-event-id': String(ids[1]) };
  for await (const event of readSse(await watch(after))) rest.push(event.id);
  t.strictSame(rest, all.slice(2));
});
