import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { agentPath, field, type BenchDaemon } from './daemon.ts';
import { timed } from './measure.ts';

export const waits = agentPath('waits');

export const git = (cwd: string, ...args: string[]): void => {
  execFileSync('git', ['-c', 'user.name=b', '-c', 'user.email=b@localhost', ...args], { cwd, stdio: ['ignore', 'ignore', 'ignore'] });
};

/** A checkout of many small files, its objects in one pack as after a clone. */
export const makeRepository = (directory: string, files: number): void => {
  mkdirSync(directory, { recursive: true });
  git(directory, 'init', '-q', '-b', 'main');
  const numbers = Array.from({ length: files }, (_, number) => number);
  const blobs = numbers.map((number) => {
    const text = `line ${number}\n`.repeat(40);
    return `blob\nmark :${number + 1}\ndata ${text.length}\n${text}\n`;
  });
  const entries = numbers.map((number) => `M 100644 :${number + 1} d${number % 40}/e${Math.floor(number / 40) % 10}/f${number}.txt\n`);
  const commit = `commit refs/heads/main\ncommitter b <b@localhost> 1700000000 +0000\ndata 5\nfirst\n${entries.join('')}\n`;
  execFileSync('git', ['fast-import', '--quiet'], { cwd: directory, input: blobs.join('') + commit, stdio: ['pipe', 'ignore', 'inherit'] });
  git(directory, 'reset', '-q', '--hard');
};

const agents: ChildProcess[] = [];

/** Spawns the agent from this process, until it has said its line. */
const spawnBare = async (cwd: string): Promise<void> => {
  const child = spawn(waits, ['-p', '--input-format', 'stream-json'], { cwd, stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  agents.push(child);
  child.stdin.write('{}\n');
  await once(child.stdout, 'data');
};

const endBare = async (): Promise<void> => {
  await Promise.all(
    agents.splice(0).map(async (child) => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }),
  );
};

/**
 * Where worktrees can be made and removed again and again: in memory, if there is room. An ext4 without a journal skips, for some seconds, each
 * inode that was freed, so that a checkout after a removal takes ten times as long, whoever makes it.
 */
export const placeToRemove = (neededBytes: number): string => {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return Math.min(bavail * bsize, process.availableMemory()) > neededBytes ? memory : tmpdir();
};

let bareOnes = 0;

/** What becomes of what a round has made: `kept` is for a disk, see `placeToRemove`; all of it goes with the measurement's directory. */
export type Afterwards = 'kept' | 'removed';

/**
 * What somebody does by hand: worktrees, one after another, each with an agent in it.
 * @returns the milliseconds until all agents have said their line
 */
export const addBare = async (user: string, at: string, afterwards: Afterwards, count = 1): Promise<number> => {
  const names = Array.from({ length: count }, () => `bare-${bareOnes++}`);
  const time = await timed(async () => {
    const said: Promise<void>[] = [];
    for (const name of names) {
      git(user, 'worktree', 'add', '-q', '-b', name, `${at}/${name}`);
      said.push(spawnBare(`${at}/${name}`));
    }
    await Promise.all(said);
  });
  await endBare();
  for (const name of afterwards === 'kept' ? [] : names) {
    git(user, 'worktree', 'remove', '--force', `${at}/${name}`);
    git(user, 'branch', '-q', '-D', name);
  }
  return time;
};

/** Waits until a task's events say that it runs; asked for before the start, so that nothing polls while it is measured. */
const runs = async (daemon: BenchDaemon, id: string): Promise<() => Promise<void>> => {
  const over = new AbortController();
  const answer = await fetch(`${daemon.url}/tasks/${id}/events`, { headers: daemon.headers, signal: over.signal });
  return async () => {
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString('utf8');
      if (/"to":"failed"/.test(text)) throw new Error(text);
      if (/"to":"running"/.test(text)) break;
    }
    over.abort();
  };
};

/** What deletions put aside is removed in the background, which the next measurement is not to meet. */
const untilRemoved = async (home: string): Promise<void> => {
  const trash = join(home, 'worktrees', '.trash');
  while (existsSync(trash) && readdirSync(trash).length > 0) await delay(20);
};

/**
 * Tasks on a repository, started at once, and stopped.
 * @returns the milliseconds from the first POST of a start until all run
 */
export const startTasks = async (
  daemon: BenchDaemon,
  home: string,
  repositoryUrl: string,
  afterwards: Afterwards,
  count = 1,
): Promise<number> => {
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1)
    ids.push(field(await daemon.call('POST', '/tasks', { name: `t${number}`, plan: 'wait', repositoryUrl }), 'id'));
  const running = await Promise.all(ids.map((id) => runs(daemon, id)));
  const time = await timed(() =>
    Promise.all(ids.map(async (id, index) => Promise.all([daemon.call('POST', `/tasks/${id}/start`), running[index]?.()]))),
  );
  await Promise.all(ids.map((id) => daemon.call('POST', `/tasks/${id}/stop`, {})));
  for (const id of ids) {
    while (field(await daemon.call('GET', `/tasks/${id}`), 'status') !== 'interrupted') await delay(20);
    if (afterwards === 'removed') await daemon.call('DELETE', `/tasks/${id}`);
  }
  await untilRemoved(home);
  return time;
};

/** Waits until a worktree is ready for the next start, where the daemon has any. */
export const untilPrepared = async (daemon: BenchDaemon, count: number): Promise<void> => {
  for (;;) {
    const text = await (await fetch(`${daemon.url.replace(/\/api\/v1\/mesh$/, '')}/metrics`, { headers: daemon.headers })).text();
    const ready = /^makima_prepared_worktrees (\d+)$/m.exec(text)?.[1];
    if (ready === undefined || Number(ready) >= count) return;
    await delay(50);
  }
};
