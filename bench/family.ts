/** A repository, and tasks on it whose agents have worked and ended: what is looked at, compared and merged. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { agentPath, field, inScratch, startDaemon, type BenchDaemon } from './daemon.ts';

/** git as a user types it. */
export const git = (cwd: string, ...args: string[]): Buffer =>
  execFileSync('git', ['-c', 'user.name=b', '-c', 'user.email=b@localhost', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1e9,
  });

/** A repository of so many files, a hundred in each directory. */
export const makeRepository = (root: string, files: number): void => {
  mkdirSync(root);
  git(root, 'init', '-q', '-b', 'main');
  for (let number = 0; number < files; number += 1) {
    const directory = join(root, `d${Math.floor(number / 100)}`);
    if (number % 100 === 0) mkdirSync(directory);
    writeFileSync(join(directory, `f${number % 100}.txt`), `${'line\n'.repeat(40)}${number}\n`);
  }
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'first');
};

export interface WorkingTask {
  id: string;
  /** Of its worktree. */
  path: string;
}

/** Makes a task and waits until it is as it should be. */
const begin = async (daemon: BenchDaemon, request: Record<string, unknown>, status: string): Promise<WorkingTask> => {
  const id = field(await daemon.call('POST', '/tasks', { ...request, start: true }), 'id');
  for (;;) {
    const task = await daemon.call('GET', `/tasks/${id}`);
    if (field(task, 'status') === status) return { id, path: field(task, 'overlayPath') };
    if (['failed', 'interrupted'].includes(field(task, 'status'))) throw new Error(JSON.stringify(task));
    await delay(20);
  }
};

/** A task that has worked: a commit of its own, and a file that is not committed. */
export const workedTask = (daemon: BenchDaemon, name: string, more: Record<string, unknown>): Promise<WorkingTask> =>
  begin(daemon, { name, plan: `WORKS:${name}`, ...more }, 'done');

export interface Family {
  daemon: BenchDaemon;
  repository: string;
  scratch: string;
  parent: WorkingTask;
  children: WorkingTask[];
}

/** An orchestrator that waits, and subtasks of it that have worked and ended. */
export const withFamily = <T>(files: number, count: number, work: (family: Family) => Promise<T>): Promise<T> =>
  inScratch(async (scratch) => {
    const repository = join(scratch, 'repository');
    makeRepository(repository, files);
    const daemon = await startDaemon(join(scratch, 'home'), agentPath('works'));
    try {
      const request = { name: 'parent', plan: 'wait', isOrchestrator: true, repositoryUrl: repository };
      const parent = await begin(daemon, request, 'running');
      const children: WorkingTask[] = [];
      for (let number = 0; number < count; number += 1)
        children.push(await workedTask(daemon, `part-${number}`, { parentTaskId: parent.id }));
      return await work({ daemon, repository, scratch, parent, children });
    } finally {
      await daemon.stop();
    }
  });
