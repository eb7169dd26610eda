import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCensus } from '../../src/process/census.ts';
import { followRunFile } from '../../src/process/follow-file.ts';
import type { RunHandle } from '../../src/process/handle.ts';
import { launch, type LaunchOptions } from '../../src/process/launch.ts';
import { platform, type ProcessInfo } from '../../src/process/platform/index.ts';
import { createRunDirectory, runDirectory, type RunPaths } from '../../src/process/run-directory.ts';
import { sweepRun } from '../../src/process/sweep.ts';

interface Test {
  testdir(): string;
  teardown(act: () => unknown): void;
}

export interface Run {
  runId: string;
  directory: string;
  paths: RunPaths;
  cwd: string;
}

/** The path of a scripted agent. */
export const agentPath = (name: string): string => join(import.meta.dirname, '../fixtures/agents', name);

/** What a test's process may inherit; undefined variables left out. */
export const plainEnv: Record<string, string> = { PATH: process.env.PATH ?? '/usr/bin:/bin' };

/**
 * A run's directory; whatever carries the run's marker is killed at the end of the test.
 * @param shared - the directory of several runs at once: tap empties the one that it gives each time
 */
export const newRun = async (t: Test, shared?: string): Promise<Run> => {
  const runId = randomUUID();
  // Before the directory is asked for: tap would remove that first, under a run that still writes there.
  t.teardown(async () => await sweepRun(runId, null));
  const cwd = shared ?? t.testdir();
  const paths = await createRunDirectory(runDirectory(join(cwd, 'runs'), runId));
  return { runId, directory: paths.directory, paths, cwd };
};

/** Whether the runs of these tests may have cgroups; without-cgroup.test.ts runs them without. */
export const withCgroup = process.env['TEST_OWN_CGROUP'] !== 'no';

export const launchIn = async (run: Run, command: string, args: string[] = [], more: Partial<LaunchOptions> = {}): Promise<RunHandle> =>
  await launch({ runId: run.runId, directory: run.directory, command, args, cwd: run.cwd, env: plainEnv, ownCgroup: withCgroup, ...more });

/** A run of `sh -c script`. */
export const launchScript = async (run: Run, script: string, more: Partial<LaunchOptions> = {}): Promise<RunHandle> =>
  await launchIn(run, 'sh', ['-c', script], more);

export const userLine = (text: string): string => `${JSON.stringify({ type: 'user', message: { role: 'user', content: text } })}\n`;

export const contents = async (path: string): Promise<string> => await readFile(path, 'utf8');

/** Waits until a line of a run's file fits, and returns it. */
export const lineOf = async (path: string, fits: (line: string) => boolean): Promise<string> => {
  const abort = new AbortController();
  let found: string | undefined;
  const follower = followRunFile({
    path,
    from: 0,
    signal: abort.signal,
    onPieces: (pieces) => {
      found ??= pieces.find(({ text }) => fits(text))?.text;
      if (found !== undefined) abort.abort();
      return Promise.resolve();
    },
  });
  await follower.done;
  if (found === undefined) throw new Error('The follower ended without the line');
  return found;
};

/** What an agent's line of JSON text says, as JSON in its turn. */
export const said = async (path: string): Promise<Record<string, number>> => {
  const line = await lineOf(path, (text) => text.includes('"assistant"'));
  const message = JSON.parse(line) as { message: { content: [{ text: string }] } };
  return JSON.parse(message.message.content[0].text) as Record<string, number>;
};

/** The states of these pids: running, stopped, zombie, or gone. */
export const statesOf = async (pids: readonly number[]): Promise<string[]> => {
  const found = await platform.identify(pids);
  return pids.map((pid) => found.get(pid)?.state ?? 'gone');
};

/** Whether these processes are dead; a zombie waits for its parent and runs no more. */
export const allDead = async (pids: readonly number[]): Promise<boolean> =>
  (await statesOf(pids)).every((state) => state === 'gone' || state === 'zombie');

/**
 * The living processes of a run, from one look at the process table.
 * @param options.wrapper - also the wrapper
 */
export const processesOf = async (runId: string, handle: RunHandle | null, options: { wrapper?: boolean } = {}): Promise<ProcessInfo[]> => {
  const { wrapper, others } = await openCensus(runId, handle)();
  return options.wrapper === true && wrapper !== null ? [wrapper, ...others] : others;
};
