import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Test } from 'tap';
import type { EventPayload } from '../../schemas/event.ts';
import type { Completion, Task } from '../../schemas/task.ts';
import { createCompletions, type Completions } from '../../src/completion/completions.ts';
import type { CompletionContext } from '../../src/completion/context.ts';
import type { CompletionOrder } from '../../src/completion/job.ts';
import { branchName } from '../../src/domain/names/branch-name.ts';
import { MakimaError } from '../../src/errors.ts';
import { addWorktree } from '../../src/git/worktree/add-worktree.ts';
import type { Worktree } from '../../src/git/worktree/worktree.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { TaskStore } from '../../src/store/task-store.ts';
import { isolate, open, sh, userRepository, wantedOf } from '../git/git-fixture.ts';
import { sampleTask } from '../http/recorded-actions.ts';

/** Completion actions over a real store and real git, without a daemon around them. */
export interface World {
  home: string;
  store: TaskStore;
  completions: Completions;
  said: string[];
  events: EventPayload[];
  /** Makes a repository of a user's. */
  repository: (name?: string, files?: Record<string, string | Buffer>) => string;
  /** A task that is done, with a worktree of the source. */
  finished: (source: string | null, task?: Partial<Task>) => Promise<{ task: Task; worktree: Worktree }>;
  /** Runs an action. */
  run: (
    task: Task,
    order: Partial<CompletionOrder> & { action: CompletionOrder['action']; targetRepoPath: string },
  ) => Promise<Completion & { message: string }>;
  /** The error that it ends with. Fails the test where it succeeds. */
  refused: (
    task: Task,
    order: Partial<CompletionOrder> & { action: CompletionOrder['action']; targetRepoPath: string },
  ) => Promise<MakimaError>;
}

export const world = async (t: Test, more: Partial<CompletionContext> = {}): Promise<World> => {
  const home = isolate(t);
  const store = await openStore(path.join(home, 'state.sqlite'), { now: () => new Date() });
  const said: string[] = [];
  const events: EventPayload[] = [];
  const shutdown = new AbortController();
  const completions = createCompletions({
    store,
    ledger: {
      update: (taskId, changes, added = []) => {
        events.push(...added);
        return store.updateTask(taskId, changes);
      },
      say: (_taskId, text) => void said.push(text),
    },
    userHome: home,
    // no gh but one that the test brings, and no token
    inheritedEnv: { PATH: '/nowhere', HOME: home },
    commitAuthor: null,
    shutdown: shutdown.signal,
    reached: () => undefined,
    report: (what, error) => t.fail(`${what}: ${String(error)}`),
    ...more,
  });
  t.teardown(async () => {
    shutdown.abort();
    await completions.close();
    await store.close();
  });
  const run: World['run'] = (task, order) => completions.run(task, { targetBranch: null, ...order });
  return {
    home,
    store,
    completions,
    said,
    events,
    repository: (name = `repo-${randomUUID().slice(0, 6)}`, files) => userRepository(path.join(home, name), files),
    async finished(source, changes = {}) {
      const id = randomUUID();
      const repository = await open(home, source, id);
      const name = changes.name ?? 'Add a greeting';
      const { worktree } = await addWorktree(
        repository,
        await wantedOf(
          home,
          repository,
          { branch: changes.branch ?? branchName(name, id) },
          changes.continuesBranch ?? changes.baseBranch ?? null,
        ),
      );
      const { task } = await store.createTask(
        sampleTask({ name, status: 'done', branch: branchName(name, id), repositoryUrl: source, ...changes, id }),
      );
      await store.saveWorktree({ taskId: id, record: worktree, repositoryDir: worktree.gitDir, createdAt: new Date().toISOString() });
      return { task, worktree };
    },
    run,
    async refused(task, order) {
      try {
        await run(task, order);
      } catch (error) {
        if (error instanceof MakimaError) return error;
        throw error;
      }
      throw new Error('the action succeeded');
    },
  };
};

/** A bare repository beside a user's, as its origin. */
export const addOrigin = (repository: string, url?: string): string => {
  const bare = `${repository}-origin.git`;
  mkdirSync(bare);
  sh(bare, 'init', '-q', '--bare', '-b', 'main');
  sh(repository, 'remote', 'add', 'origin', url ?? bare);
  if (url !== undefined) sh(repository, 'config', `url.${bare}.insteadOf`, url);
  sh(repository, 'push', '-q', 'origin', 'main');
  return bare;
};

export const read = (...parts: string[]): string => readFileSync(path.join(...parts), 'utf8');
export const line = (cwd: string, ...args: string[]): string => sh(cwd, ...args).trim();
