/** The receivers of docs/recipes.md, as somebody copies them: each is told by a daemon, and refuses what is not signed. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import type { NewWebhook } from '../../schemas/webhook.ts';
import { blocks, root } from '../documentation/blocks.ts';
import { scratch, startDaemon, write } from '../support/daemon.ts';

const programOf = (language: string): string => {
  const block = blocks.find(
    (each) => each.page === 'docs/recipes.md' && each.language === language && each.text.includes('WEBHOOK_SECRET'),
  );
  if (!block) throw new Error(`docs/recipes.md has no receiver in ${language}`);
  return block.text;
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** Resolves when somebody listens there. */
const listens = async (port: number): Promise<void> => {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isThere = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]);
    socket.destroy();
    if (isThere) return;
  }
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
  const env = { ...process.env, PORT: String(port), MAKIMA_WEBHOOK_SECRET: webhook.secret };
  const child = spawn(command, [join(directory, file)], { cwd: directory, env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    t.equal(line, `end ${task.id} done`);
    break;
  }
  await listens(port);
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
