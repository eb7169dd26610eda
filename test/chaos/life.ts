/** One task's whole life under something that fails in it, and what must have come of it. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Task } from '../../schemas/task.ts';
import type { AppOptions } from '../../src/main/app.ts';
import { platform } from '../../src/process/platform/index.ts';
import { startDaemon, type TestDaemon } from '../support/daemon.ts';
import { everythingIn } from '../support/everything-in.ts';

/** Asks until it is done: what fails once is asked for again, as a client does. Bounded, since a failure is planned once. */
const insist = async <T = Task>(
  daemon: TestDaemon,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<T | null> => {
  for (let tries = 1; ; tries += 1) {
    const answer = await daemon.call<T>(method, path, body, headers);
    if (answer.status < 300) return answer.body;
    if (method === 'DELETE' && answer.status === 404) return null;
    if (tries === 5) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
};

/**
 * Makes a task, runs it, looks at how it ended and deletes it.
 * @param arm - called when the task is made and before it is started
 * @param repositoryUrl - where it works; a repository of its own where left out, which takes some more git commands
 */
export const live = async (
  t: Test,
  daemon: TestDaemon,
  what: string,
  arm: (task: Task) => void = () => undefined,
  repositoryUrl?: string,
): Promise<Task> => {
  const made = await insist(
    daemon,
    'POST',
    '/tasks',
    { name: 'a life', plan: 'live', ...(repositoryUrl !== undefined && { repositoryUrl }) },
    { 'idempotency-key': randomUUID() },
  );
  if (made === null) throw new Error('no task');
  arm(made);
  // A start that was refused may have happened: a failure after the write is no refusal.
  const started = await daemon.call('POST', `/tasks/${made.id}/start`);
  if (started.status !== 202 && (await insist(daemon, 'GET', `/tasks/${made.id}`))?.status === 'pending')
    await insist(daemon, 'POST', `/tasks/${made.id}/start`);
  const toTheEnd = () => daemon.until(made.id, (event) => event.type === 'end');
  // The failure can be the stream's.
  await toTheEnd().catch(toTheEnd);
  const task = await insist(daemon, 'GET', `/tasks/${made.id}`);
  if (task === null) throw new Error('the task is gone');
  if (task.status !== 'done') t.match(task, { status: 'failed', errorMessage: /./ }, `${what}: it ends done, or failed with a reason`);
  await insist(daemon, 'DELETE', `/tasks/${made.id}`);
  return task;
};

/** What is made aside, or held while it is made. */
export const halfMade = /\.tmp-|\.lock$|makima-tmp/;

/** Nothing is left of tasks that were all deleted, but their repositories among those that are kept. */
export const nothingIsLeft = async (t: Test, daemon: TestDaemon, marker: string): Promise<void> => {
  const look = (directory: string): string[] => everythingIn(join(daemon.home, directory));
  const left = (): string[] => [
    ...look('runs'),
    ...look('worktrees').filter((path) => path !== '.trash'),
    ...look('events').filter((path) => path !== 'ids'),
    ...look('repositories'),
    ...look('caches').filter((path) => halfMade.test(path)),
    ...look('kept').filter((path) => halfMade.test(path)),
  ];
  // Put aside, and removed in the background.
  for (const limit = performance.now() + 30_000; left().length > 0 && performance.now() < limit;)
    await new Promise((resolve) => setTimeout(resolve, 20));
  t.same(left(), [], 'nothing is left on the disk');
  const [name = '', value = ''] = marker.split('=');
  t.same(
    (await platform.table(name)).filter(({ marks }) => marks.includes(value)).map(({ pid }) => pid),
    [],
    'no process is left',
  );
};

/** What fails once on purpose, at its Nth call from when it is armed. */
export interface FailingTwin {
  twins: NonNullable<AppOptions['twins']>;
  arm(calls: number): void;
  disarm(): void;
  hasFailed(): boolean;
}

/** Daemons that share the sweep over all calls, each taking every so many-eth. */
export const sweepers = 4;

/**
 * One life after the other under a twin that fails at a later call each time, until a life has no call so late; after each
 * that failed the next task must run.
 * @param what - of the twin, as the messages call it
 */
export const sweepLives = async (t: Test, what: string, from: number, twin: FailingTwin): Promise<void> => {
  const marker = `TWIN=${what}-${process.pid}-${from}`;
  const [name = '', value = ''] = marker.split('=');
  const daemon = await startDaemon(t, 'cheap', { MAKIMA_AGENT_ENV: JSON.stringify({ [name]: value }) }, {}, { twins: twin.twins });
  let failed = 0;
  for (let call = from; ; call += sweepers) {
    const task = await live(t, daemon, `${what} ${call}`, () => twin.arm(call), 'new://shared');
    const reached = twin.hasFailed();
    twin.disarm();
    if (!reached) break;
    if (task.status === 'done') continue;
    failed += 1;
    t.equal((await live(t, daemon, 'the next', undefined, 'new://shared')).status, 'done', `${what} ${call}: the next task runs`);
  }
  t.comment(`${failed} of the lives ended failed`);
  await nothingIsLeft(t, daemon, marker);
};
