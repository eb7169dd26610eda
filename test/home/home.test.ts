import t from 'tap';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDaemonFile, removeDaemonFile, writeDaemonFile } from '../../src/home/daemon-file.ts';
import { HomeInUseError, lockHome } from '../../src/home/lock.ts';
import { ownerToken } from '../../src/home/token.ts';

void t.test('one daemon on a home; the lock of a killed one is free', async (t) => {
  const home = t.testdir({});
  const script = `import { lockHome } from ${JSON.stringify(join(import.meta.dirname, '../../src/home/lock.ts'))}; lockHome(${JSON.stringify(home)}); console.log('locked'); setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(other.stdout, 'data');
  t.throws(() => lockHome(home), HomeInUseError);
  other.kill('SIGKILL');
  await once(other, 'exit');
  const lock = lockHome(home);
  t.throws(() => lockHome(home), HomeInUseError);
  lock.release();
  lockHome(home).release();
});

void t.test('the token is made once, for its owner alone', async (t) => {
  const home = t.testdir({});
  const token = await ownerToken(home);
  t.match(token, /^[0-9a-f]{64}$/);
  t.equal(statSync(join(home, 'token')).mode & 0o777, 0o600);
  t.equal(await ownerToken(home), token);
  t.equal(readFileSync(join(home, 'token'), 'utf8').trim(), token);
  writeFileSync(join(home, 'token'), 'short');
  await t.rejects(ownerToken(home), /holds no token/);
});

void t.test('daemon.json says where the daemon is', async (t) => {
  const home = t.testdir({});
  t.equal(await readDaemonFile(home), null);
  const content = { pid: 1, url: 'http://127.0.0.1:1', socket: '/s', version: '1' };
  writeDaemonFile(home, content);
  t.strictSame(JSON.parse(readFileSync(join(home, 'daemon.json'), 'utf8')), content);
  t.strictSame(await readDaemonFile(home), content);
  writeFileSync(join(home, 'daemon.json'), '{');
  t.equal(await readDaemonFile(home), null);
  await removeDaemonFile(home);
  await removeDaemonFile(home);
});
