import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Test } from 'tap';
import type { EventPayload } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { userMessage } from '../../src/agents/claude/stdin.ts';
import { branchName } from '../../src/domain/names/branch-name.ts';
import { noUsage } from '../../src/domain/usage.ts';
import { openEventLog, type EventLog } from '../../src/events/event-log.ts';
import { merge } from '../../src/git/merge/merge.ts';
import { parseRepositoryUrl, repositoryName } from '../../src/git/repository/repository-source.ts';
import { mergeSource } from '../../src/git/snapshot/merge-source.ts';
import { sealMakimaDirectory } from '../../src/git/worktree/makima-directory.ts';
import { launch } from '../../src/process/launch.ts';
import { createRunDirectory } from '../../src/process/run-directory.ts';
import { writeInput } from '../../src/process/write-input.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { TaskStore } from '../../src/store/task-store.ts';
import { agentPath, git, scratch } from './daemon.ts';
import { backToOldSchema } from './old-schema.ts';
import { sampleTask } from './sample-task.ts';

/** The record of a worktree as makima 0.1 stored it: one of several of a repository that all tasks of a source share. */
interface OldWorktree {
  path: string;
  gitDir: string;
  adminDir: string;
  branch: string;
  baseCommit: string;
  sourcePath: string | null;
  origin: string | null;
}

interface OldTask {
  task: Task;
  worktree: OldWorktree;
}

const at = '2026-11-20T12:00:00.000Z';
const now = (): Date => new Date(at);

/** As 0.1 settled every repository that it made. */
const settings = '[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[core]\n\tlogAllRefUpdates = true\n';
const madeByMakima = ['-c', 'user.name=makima', '-c', 'user.email=makima@localhost'];

/**
 * A home as makima 0.1 (commit 9dbdfd6) left it when it was killed, made without its code; its shapes are those of homes that it
 * made. Bare repositories that tasks share, with worktrees that git added; cards, rows and logs of tasks; runs.
 */
export class OldHome {
  readonly home: string;
  readonly #store: TaskStore;
  readonly #log: EventLog;

  private constructor(home: string, store: TaskStore, log: EventLog) {
    this.home = home;
    this.#store = store;
    this.#log = log;
  }

  /** @param behindLink - the home is named by a link, as a user's may be: git writes paths without */
  static async make(t: Test, { behindLink = false } = {}): Promise<OldHome> {
    const root = realpathSync(scratch(t));
    const home = join(root, 'home');
    mkdirSync(join(root, 'real'));
    if (behindLink) symlinkSync('real', home);
    else mkdirSync(home);
    for (const name of ['repositories', 'worktrees', 'runs']) mkdirSync(join(home, name));
    return new OldHome(
      home,
      await openStore(join(home, 'state.sqlite'), { now }),
      openEventLog({ directory: join(home, 'events'), now, warn: (message) => void t.fail(message) }),
    );
  }

  /** Closes what the daemon had open, which is dead from here on, and takes from the database what migrations since 0.1 have added. */
  async close(): Promise<void> {
    await this.#store.close();
    this.#log.close();
    const database = new DatabaseSync(join(this.home, 'state.sqlite'));
    backToOldSchema(database);
    database.close();
  }

  /** The repository that tasks of a source share; the first of them made it. */
  #repository({ id, repositoryUrl }: Task): Omit<OldWorktree, 'path' | 'adminDir' | 'branch'> {
    const source = parseRepositoryUrl(repositoryUrl, this.home);
    const gitDir = join(this.home, 'repositories', repositoryName(source, id));
    const [sourcePath, origin] =
      source.kind === 'local' ? [source.path, source.path] : source.kind === 'remote' ? [null, source.url] : [null, null];
    if (!existsSync(gitDir)) this.#makeRepository(gitDir, origin, source.kind === 'remote');
    return {
      gitDir,
      sourcePath,
      origin,
      baseCommit: git(gitDir, 'rev-parse', origin === null ? 'refs/heads/main' : 'refs/makima/source/heads/main'),
    };
  }

  #makeRepository(gitDir: string, origin: string | null, isRemote: boolean): void {
    if (origin === null) {
      git(this.home, 'init', '-q', '--bare', '--template=', '-b', 'main', gitDir);
      const tree = git(gitDir, 'hash-object', '-w', '-t', 'tree', '/dev/null');
      git(gitDir, 'update-ref', 'refs/heads/main', git(gitDir, ...madeByMakima, 'commit-tree', tree, '-m', 'Initial commit'));
    } else {
      git(this.home, 'clone', '-q', '--bare', '--template=', origin, gitDir);
      git(gitDir, 'config', '--remove-section', 'remote.origin');
      const upstream = isRemote ? ['+refs/heads/*:refs/remotes/origin/*'] : [];
      git(
        gitDir,
        'fetch',
        '-q',
        '--no-tags',
        '--no-write-fetch-head',
        '--update-shallow',
        origin,
        '+refs/heads/*:refs/makima/source/heads/*',
        '+refs/tags/*:refs/makima/source/tags/*',
        '+HEAD:refs/makima/source/HEAD',
        ...upstream,
      );
      git(gitDir, 'symbolic-ref', 'refs/makima/source-head', 'refs/makima/source/heads/main');
      if (isRemote)
        for (const [key, value] of [
          ['url', origin],
          ['fetch', '+refs/heads/*:refs/remotes/origin/*'],
        ] as const)
          git(gitDir, 'config', `remote.origin.${key}`, value);
    }
    appendFileSync(join(gitDir, 'config'), settings);
    mkdirSync(join(gitDir, 'info'), { recursive: true });
    writeFileSync(join(gitDir, 'info', 'exclude'), '/.makima/\n');
  }

  /** A worktree without its row: as much of it as a start has made when it comes to the setup command. */
  async #worktree(task: Task, owner: Task): Promise<OldWorktree> {
    const { gitDir, baseCommit, ...source } = this.#repository({ ...owner, repositoryUrl: task.repositoryUrl });
    const branch = branchName(task.name, task.id);
    const path = join(this.home, 'worktrees', basename(branch));
    git(gitDir, 'worktree', 'add', '-q', '--no-checkout', '-b', branch, '--', path, baseCommit);
    git(path, 'reset', '-q', '--hard');
    const worktree = { path, gitDir, adminDir: join(gitDir, 'worktrees', basename(path)), branch, baseCommit, ...source };
    await sealMakimaDirectory({ ...worktree, borrows: null });
    return worktree;
  }

  #card({ task: { warnings, ...task }, worktree }: OldTask, isDeleted: boolean): void {
    if (warnings.length > 0) throw new Error('0.1 knows no warnings');
    const directory = join(worktree.gitDir, 'makima-tasks');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(join(directory, `${task.id}.json`), JSON.stringify({ version: 1, task, worktree, isDeleted }), { mode: 0o600 });
  }

  async #begun(given: Partial<Task>, parent: OldTask | null): Promise<OldTask> {
    const under = parent === null ? {} : { parentTaskId: parent.task.id, depth: 1, repositoryUrl: parent.task.repositoryUrl };
    const task = sampleTask({ status: 'initializing', createdAt: at, queuedAt: at, ...under, ...given });
    const worktree = await this.#worktree(task, parent?.task ?? task);
    const made = { task: { ...task, overlayPath: worktree.path, branch: worktree.branch, baseCommit: worktree.baseCommit }, worktree };
    this.#card(made, false);
    return made;
  }

  async #stored(begun: OldTask, since: Partial<Task>): Promise<OldTask> {
    const made = { task: { ...begun.task, ...since }, worktree: begun.worktree };
    await this.#store.createTask(made.task);
    await this.#store.saveWorktree({ taskId: made.task.id, record: made.worktree, repositoryDir: made.worktree.gitDir, createdAt: at });
    return made;
  }

  #say(id: string, ...events: EventPayload[]): void {
    this.#log.append(id, events, { outbox: 0 });
  }

  /** A task that is done. @param work - what its agent did in its worktree, in sh */
  async done(given: Partial<Task>, work: string, parent: OldTask | null = null): Promise<OldTask> {
    const begun = await this.#begun(given, parent);
    const { task, worktree } = begun;
    const env = {
      ...process.env,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_EMAIL: 'a@example.com',
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@example.com',
    };
    execFileSync('sh', ['-ec', work], { cwd: worktree.path, env });
    const made = await this.#stored(begun, {
      status: 'done',
      startedAt: at,
      completedAt: at,
      exitCode: 0,
      usage: { ...noUsage, turns: 1 },
    });
    const runId = randomUUID();
    await this.#store.createRun(task.id, {
      runId,
      directory: join(this.home, 'runs', runId),
      baseUsage: noUsage,
      ports: null,
      createdAt: at,
    });
    await this.#store.endRun(runId, { exitCode: 0, endedAt: at });
    this.#say(
      task.id,
      { type: 'output', stream: 'system', content: `Worktree ready: ${worktree.path} on branch ${worktree.branch}` },
      { type: 'status', from: 'running', to: 'done' },
      { type: 'end', status: 'done' },
    );
    return made;
  }

  /** A task whose scripted agent runs. Its note of a half-made worktree stays as long as the run. */
  async running(given: Partial<Task>, agent: string): Promise<OldTask> {
    const made = await this.#stored(await this.#begun(given, null), { status: 'running', startedAt: at });
    const { task, worktree } = made;
    const { runId, directory } = await this.#run(task, worktree);
    await createRunDirectory(directory);
    await writeInput(directory, userMessage(task.plan));
    const handle = await launch({
      runId,
      directory,
      command: '/usr/bin/env',
      args: ['-u', 'NODE_OPTIONS', agentPath(agent)],
      cwd: worktree.path,
      env: { PATH: process.env['PATH'] ?? '' },
      ownCgroup: false,
    });
    await this.#store.updateRun(runId, { handle, state: 'running' });
    this.#say(task.id, { type: 'status', from: 'starting', to: 'running' });
    return made;
  }

  /** A task whose start came as far as the setup command, which had begun to write. */
  async beingSetUp(given: Partial<Task>): Promise<OldTask> {
    const task = sampleTask({ status: 'initializing', createdAt: at, queuedAt: at, ...given });
    const worktree = await this.#worktree(task, task);
    await this.#store.createTask({ ...task, branch: worktree.branch, overlayPath: worktree.path, baseCommit: worktree.baseCommit });
    await this.#run(task, worktree);
    writeFileSync(join(worktree.path, 'half set up'), '');
    this.#say(task.id, { type: 'status', from: 'queued', to: 'initializing' });
    return { task, worktree };
  }

  async #run(task: Task, { gitDir, path, branch }: OldWorktree): Promise<{ runId: string; directory: string }> {
    const runId = randomUUID();
    const directory = join(this.home, 'runs', runId);
    mkdirSync(directory, { mode: 0o700 });
    writeFileSync(join(directory, 'worktree.json'), JSON.stringify({ gitDir, path, branch }));
    await this.#store.createRun(task.id, { runId, directory, baseUsage: noUsage, ports: null, createdAt: at });
    return { runId, directory };
  }

  /** Deletes a task. @param isHalf - the daemon was killed when its row was gone */
  async delete({ task, worktree }: OldTask, { isHalf = false } = {}): Promise<void> {
    const { gitDir, path, adminDir, branch } = worktree;
    const { tree } = await mergeSource({ ...worktree, borrows: null }, null, 'all');
    const kept = git(
      gitDir,
      ...madeByMakima,
      'commit-tree',
      tree,
      '-p',
      git(path, 'rev-parse', 'HEAD'),
      '-m',
      `makima: all of ${branch} before it was deleted`,
    );
    git(gitDir, 'update-ref', '--create-reflog', `refs/makima/kept/${task.id}`, kept);
    this.#card({ task, worktree }, true);
    await this.#store.deleteTasks([task.id]);
    if (isHalf) return;
    this.#log.remove(task.id);
    rmSync(path, { recursive: true });
    git(gitDir, 'update-ref', '-d', `refs/heads/${branch}`);
    rmSync(adminDir, { recursive: true });
  }

  /** Begins a merge that conflicts, and leaves it open. */
  async openMerge(into: OldTask, subtask: OldTask): Promise<void> {
    const [parent, child] = [
      { ...into.worktree, borrows: null },
      { ...subtask.worktree, borrows: null },
    ];
    const source = await mergeSource(child, null, 'Uncommitted work, kept to be merged.');
    const [taskId, subtaskId] = [into.task.id, subtask.task.id];
    const unexpected = (): Promise<never> => Promise.reject(new Error('this merge does not conflict'));
    await merge(
      { worktree: parent, workMessage: 'Work before it' },
      () => Promise.resolve({ ...source, worktree: child, beside: false, message: `Merge "${subtask.task.name}"` }),
      {
        // as 0.1 stored it
        begun: ({ beside: _, ...record }) =>
          this.#store.beginMerge({ taskId, subtaskId, sourceBranch: child.branch, phase: 'applying', record, startedAt: at }, []),
        leftOpen: () => this.#store.updateMerge(taskId, { phase: 'open' }),
        plannedAnew: unexpected,
        resolved: unexpected,
        aborting: unexpected,
        committed: unexpected,
        aborted: unexpected,
        reached: () => undefined,
        notTakenBack: (error) => {
          throw error;
        },
      },
    );
  }
}
