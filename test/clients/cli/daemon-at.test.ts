/** Which process is the daemon of a home: it gets a signal. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { daemonAt } from '../../../clients/cli/daemon-at.ts';
import { scratch } from '../../support/daemon.ts';

void t.test('one that came in the place of another is not taken for that', async (t) => {
  const home = scratch(t);
  const socket = join(home, 'makima.sock');
  const write = (pid: number): void =>
    writeFileSync(join(home, 'daemon.json'), JSON.stringify({ pid, url: 'http://127.0.0.1:1', socket, version: '1' }));
  write(1111);
  t.equal(await daemonAt(home), null, 'nobody answers');
  const server = createServer((_request, response) => {
    write(2222);
    response.end('ready');
  });
  server.listen(socket);
  await once(server, 'listening');
  t.teardown(() => server.close());
  t.match(await daemonAt(home), { pid: 2222 });
});

void t.test('what signals a group of processes, or all, is no process', async (t) => {
  const home = scratch(t);
  const socket = join(home, 'makima.sock');
  const server = createServer((_request, response) => response.end('ready'));
  server.listen(socket);
  await once(server, 'listening');
  t.teardown(() => server.close());
  for (const pid of [0, -1, 1.5]) {
    writeFileSync(join(home, 'daemon.json'), JSON.stringify({ pid, url: 'http://127.0.0.1:1', socket, version: '1' }));
    t.equal(await daemonAt(home), null, String(pid));
  }
});
