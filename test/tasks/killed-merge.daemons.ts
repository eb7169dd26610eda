/** A daemon that is killed as one of a merge's git commands ends, also of two that go on side by side: the next one merges, once. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { setTimeout as delay } from 'node:timers/promises';
import type { MergeStatus } from '../../schemas/merge.ts';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';
import { git, scratch, userRepository } from '../support/daemon.ts';

/** A git that, where it is told a number and a process, kills that process once so many of its commands have been begun and the last of them has ended. */
const deadlyGit = (directory: string): { bin: string; arm: (at: number, pid: number) => void } => {
  const [bin, armed] = [join(directory, 'bin'), join(directory, 'armed')];
  let round = 0;
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'git'),
    `#!/bin/sh
{ read -r at pid counted <'${armed}'; } 2>/dev/null || exec '${real}' "$@"
n=1
until mkdir "$counted/$n" 2>/dev/null || [ $n = 1000 ]; do n=$((n + 1)); done
[ $n = "$at" ] || exec '${real}' "$@"
'${real}' "$@"
status=$?
kill -9 "$pid"
exit $status
`,
  );
  chmodSync(join(bin, 'git'), 0o755);
  return {
    bin,
    arm(at, pid) {
      if (at === 0) {
        rmSync(armed);
        return;
      }
      // each time another one: commands of the daemon before may still count in theirs
      const counted = join(directory, `counted-${(round += 1)}`);
      mkdirSync(counted);
      writeFileSync(armed, `${at} ${pid} ${counted}\n`);
    },
  };
};

void t.test('killed at the end of every other git command of a merge', async (t) => {
  const [home, repository] = [scratch(t), userRepository(t, { 'a.txt': 'a\n', 'd/b.txt': 'b\n' })];
  const deadly = deadlyGit(scratch(t));
  const start = (): Promise<DaemonProcess> => spawnDaemon(t, home, 'by-task-name', { PATH: `${deadly.bin}:${process.env['PATH'] ?? ''}` });
  let daemon = await start();
  const until = async (id: string, status: string): Promise<string> => {
    for (;;) {
      const { body } = await daemon.call('GET', `/tasks/${id}`);
      if (body.status === status) return body.overlayPath ?? '';
      if (body.status === 'failed') throw new Error(body.errorMessage ?? 'failed');
      await delay(50);
    }
  };
  const make = async (task: Record<string, unknown>): Promise<string> =>
    (await daemon.call('POST', '/tasks', { ...task, start: true })).body.id;
  const parent = await make({ name: 'forever', plan: 'wait', isOrchestrator: true, repositoryUrl: repository });
  const into = await until(parent, 'running');
  const child = await make({ name: 'runs-plan', plan: 'RUN: echo part > part', parentTaskId: parent });
  const from = await until(child, 'done');
  const gitDir = git(into, 'rev-parse', '--path-format=absolute', '--git-dir');
  const merge = () => daemon.call('POST', `/tasks/${parent}/merge`, { subtaskId: child });

  let killed = true;
  let rounds = 0;
  // each is a start of a daemon
  for (let at = 1; killed; at += 2) {
    writeFileSync(join(into, 'own'), `own ${at}\n`);
    writeFileSync(join(from, 'part'), `part ${at}\n`);
    writeFileSync(join(from, 'd', `new-${at}`), `new ${at}\n`);
    const merges = git(into, 'rev-list', '--first-parent', '--merges', '--count', 'HEAD');
    deadly.arm(at, daemon.pid);
    const answer = await Promise.race([merge().catch(() => null), daemon.gone.then(() => null)]);
    killed = answer === null;
    if (killed) {
      await daemon.gone;
      rounds += 1;
    }
    deadly.arm(0, 0);
    if (killed) daemon = await start();
    const again = killed ? await merge() : answer;
    t.equal(again?.status, 200, `after ${at}: ${JSON.stringify(again?.body)}`);
    t.equal(readFileSync(join(into, 'part'), 'utf8'), `part ${at}\n`);
    t.equal(readFileSync(join(into, 'd', `new-${at}`), 'utf8'), `new ${at}\n`);
    t.equal(readFileSync(join(into, 'own'), 'utf8'), `own ${at}\n`);
    t.equal(git(into, 'status', '--porcelain'), '?? own', "the parent's own work is as it was");
    t.equal(Number(git(into, 'rev-list', '--first-parent', '--merges', '--count', 'HEAD')), Number(merges) + 1, 'it is merged once');
    for (const name of ['index.lock', 'MERGE_HEAD', 'makima-merge']) t.notOk(existsSync(join(gitDir, name)), name);
    t.equal((await daemon.call<MergeStatus>('GET', `/tasks/${parent}/merge`)).body.inProgress, false);
    git(into, 'fsck', '--connectivity-only', '--no-dangling');
  }
  t.ok(rounds >= 6, `killed ${rounds} times`);
  await daemon.call('POST', `/tasks/${parent}/stop`, {});
  await until(parent, 'interrupted');
  await daemon.kill('SIGKILL');
});
