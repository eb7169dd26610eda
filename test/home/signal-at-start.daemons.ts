/** A signal that comes before the daemon has said that it serves. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { agentPath, plainly, scratch } from '../support/daemon.ts';

void t.test('a signal while it starts shuts it down as one later does', async (t) => {
  const home = scratch(t);
  const child = spawn(...plainly(process.execPath, join(import.meta.dirname, '../../bin/makima.cjs'), 'serve'), {
    env: { ...process.env, MAKIMA_HOME: home, MAKIMA_PORT: '0', MAKIMA_CLAUDE_COMMAND: agentPath('quick'), MAKIMA_LOG_LEVEL: 'info' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  t.teardown(() => child.kill('SIGKILL'));
  let log = '';
  for await (const line of createInterface({ input: child.stderr })) {
    log += `${line}\n`;
    // It is said before what an earlier daemon left is taken up.
    if (line.includes('held together by')) child.kill('SIGTERM');
  }
  t.strictSame(await ended, [0, null], log);
  t.match(log, 'SIGTERM: shutting down');
  t.notOk(existsSync(join(home, 'daemon.json')));
});
