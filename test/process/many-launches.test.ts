import t from 'tap';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOurs } from '../../src/process/handle.ts';
import { platform } from '../../src/process/platform/index.ts';
import { createRunDirectory, runDirectory } from '../../src/process/run-directory.ts';
import { launchScript, lineOf, newRun } from './helper.ts';

void t.test('the FIFOs of runs that begin at the same time are made by a few processes', async (t) => {
  const directory = t.testdir({ bin: {} });
  const [shim, runs] = [join(directory, 'bin', 'mkfifo'), join(directory, 'runs')];
  writeFileSync(shim, `#!/bin/sh\necho x >>"$0.calls"\nPATH=/usr/bin:/bin exec mkfifo "$@"\n`);
  chmodSync(shim, 0o755);
  const path = process.env['PATH'] ?? '/usr/bin:/bin';
  process.env['PATH'] = `${join(directory, 'bin')}:${path}`;
  t.teardown(() => (process.env['PATH'] = path));
  const made = await Promise.all(Array.from({ length: 40 }, (_, index) => createRunDirectory(runDirectory(runs, `r${index}`))));
  t.equal(made.length, 40);
  const calls = readFileSync(`${shim}.calls`, 'utf8').length / 2;
  t.ok(calls <= 4, `${calls} processes for 40 runs`);

  // One whose directory somebody removes fails alone.
  writeFileSync(shim, `#!/bin/sh\nfor each; do case $each in */bad/*) exit 1;; esac; done\nPATH=/usr/bin:/bin exec mkfifo "$@"\n`);
  const outcomes = await Promise.allSettled(['a', 'bad', 'b'].map((id) => createRunDirectory(runDirectory(runs, id))));
  t.same(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});

void t.test('twenty agents are no children of ours, and start from a few shells', { skip: process.platform !== 'linux' }, async (t) => {
  const first = await newRun(t);
  const started = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const run = index === 0 ? first : await newRun(t, first.cwd);
      const handle = await launchScript(run, 'echo ready; exec sleep 1000000');
      await lineOf(run.paths.out, (line) => line === 'ready');
      return handle;
    }),
  );
  for (const handle of started) t.ok(await isOurs(handle));
  const children = (await platform.table('NO')).filter(({ ppid }) => ppid === process.pid);
  t.notOk(children.some(({ pid }) => started.some((handle) => handle.pid === pid)));
  t.ok(children.length <= 10, `${children.length} shells for 20 agents`);
});
