/** A home whose path is longer than a socket's may be. */
import t, { type Test } from 'tap';
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readDaemonFile, writeDaemonFile } from '../../src/home/daemon-file.ts';
import { socketPlace } from '../../src/home/socket-place.ts';
import { fitsSocket } from '../../src/http/connections/unix-socket.ts';
import { spawnDaemon } from '../support/daemon-process.ts';
import { scratch, userRepository } from '../support/daemon.ts';
import { ended, startTask } from './home-fixture.ts';

const infoOver = (socketPath: string): Promise<string> =>
  new Promise((resolve, reject) => {
    request({ socketPath, path: '/api/v1/mesh/info' }, (response) => void text(response).then(resolve, reject))
      .once('error', reject)
      .end();
  });
const longHome = (root: string): string => join(root, 'a'.repeat(100), 'é'.repeat(60));

const useTmpdir = (t: Test, directory: string): void => {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = directory;
  t.teardown(() => (before === undefined ? Reflect.deleteProperty(process.env, 'TMPDIR') : (process.env['TMPDIR'] = before)));
};

void t.test('it starts with its socket in a private directory, that goes with it and is taken over after a kill', async (t) => {
  const root = scratch(t);
  const home = longHome(root);
  const temporary = join(root, 'tmp');
  mkdirSync(temporary);
  const env = { TMPDIR: temporary };
  const first = await spawnDaemon(t, home, 'by-task-name', env);
  const socket = (await readDaemonFile(home))?.socket ?? '';
  t.ok(fitsSocket(socket) && socket.startsWith(`${temporary}/makima-`), socket);
  t.match(first.greeting(), `and ${socket}\n`);
  t.match(first.greeting(), `The socket is ${socket}: the path of the home is longer`);
  t.equal(lstatSync(socket).mode & 0o777, 0o600);
  t.equal(lstatSync(join(socket, '..')).mode & 0o777, 0o700);
  t.match(JSON.parse(await infoOver(socket)), { home });
  const { id } = await startTask(first, { name: 'says-a-line', repositoryUrl: userRepository(t) });
  t.match(await ended(first, id), { status: 'done' });

  await first.kill('SIGKILL');
  const second = await spawnDaemon(t, home, 'by-task-name', env);
  t.equal((await readDaemonFile(home))?.socket, socket, 'the same place');
  t.match(JSON.parse(await infoOver(socket)), { home });

  await second.kill('SIGKILL');
  const other = join(root, 'other');
  mkdirSync(other);
  const third = await spawnDaemon(t, home, 'by-task-name', { TMPDIR: other });
  t.strictSame(readdirSync(temporary), [], 'what a killed one left elsewhere is removed');
  t.equal(readdirSync(other).length, 1);
  t.equal(await third.kill('SIGTERM'), 0);
  t.strictSame(readdirSync(other), []);
});

void t.test('what is planted under the name of the directory is not used, and stays', async (t) => {
  const root = scratch(t);
  useTmpdir(t, root);
  const home = longHome(root);
  mkdirSync(home, { recursive: true });
  const place = await socketPlace(home, 'an id', fitsSocket);
  const directory = join(place.path, '..');
  await place.leave();
  t.notOk(existsSync(directory));
  const elsewhere = join(root, 'elsewhere');
  mkdirSync(elsewhere, { mode: 0o700 });
  for (const plant of [() => mkdirSync(directory, { mode: 0o755 }), () => symlinkSync(elsewhere, directory)]) {
    plant();
    const { path, leave } = await socketPlace(home, 'an id', fitsSocket);
    t.ok(path.startsWith(`${directory}-`) && fitsSocket(path), path);
    t.equal(lstatSync(join(path, '..')).mode & 0o777, 0o700);
    await leave();
    t.ok(lstatSync(directory), 'it stays');
    rmSync(directory, { recursive: true });
  }
  t.strictSame(readdirSync(elsewhere), []);
});

void t.test('a copy leaves the directory of its original alone', async (t) => {
  const root = scratch(t);
  useTmpdir(t, root);
  const original = await socketPlace(longHome(root), 'an id', fitsSocket);
  const home = join(root, 'copy');
  mkdirSync(home);
  writeDaemonFile(home, { pid: 1, url: 'http://127.0.0.1:1', socket: original.path, version: '1' });
  await socketPlace(home, 'another id', fitsSocket);
  t.ok(existsSync(join(original.path, '..')));
});
