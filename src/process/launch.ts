import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MakimaError, messageOf } from '../errors.ts';
import { startDetached, type Held } from '../shells/start-detached.ts';
import { makeCgroup } from './cgroup.ts';
import { markerName, readHandle, writeHandle, type RunHandle } from './handle.ts';
import { platform } from './platform/index.ts';
import { runPaths } from './run-directory.ts';
import { sweepRun } from './sweep.ts';

export interface LaunchOptions {
  runId: string;
  /** The identity of the home that the run is of. */
  homeId?: string;
  /** How its agent is spoken to. */
  protocol?: string | undefined;
  /** Made by createRunDirectory. Messages may be in it already: the agent gets them first. */
  directory: string;
  /** Found on the PATH of `env`, or a path. */
  command: string;
  args: readonly string[];
  /** The worktree. */
  cwd: string;
  /** The whole environment; the run's marker is added. */
  env: Readonly<Record<string, string>>;
  /** Another shell for the wrapper. */
  shell?: string;
  /** Whether the run gets a cgroup of its own where the system has them. Default true. */
  ownCgroup?: boolean;
}

const wrapper = join(import.meta.dirname, 'wrapper.sh');

/** The wrapper, which awaits its go. It writes to the run's files itself and does not notice when the daemon dies. */
const holdWrapper = async ({ directory, cwd, env, ...options }: LaunchOptions, cgroup: string | null): Promise<Held> => {
  const { out, err } = runPaths(directory);
  return await startDetached({
    program: options.shell ?? '/bin/sh',
    args: [wrapper, directory, cgroup ?? '', options.command, ...options.args],
    cwd,
    env: { ...env, [markerName]: options.runId },
    stdout: out,
    stderr: err,
  });
};

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const identityOf = async ({ runId, homeId, protocol }: LaunchOptions, pid: number, cgroup: string | null): Promise<RunHandle> => {
  const [bootId, processes] = await Promise.all([platform.bootId(), platform.identify([pid])]);
  const info = processes.get(pid);
  if (info === undefined) throw new Error('its wrapper ended at once');
  return {
    runId,
    pid,
    startTime: info.startTime,
    bootId,
    ...(cgroup !== null && { cgroup }),
    ...(homeId !== undefined && { homeId }),
    ...(protocol !== undefined && { protocol }),
  };
};

/**
 * Starts an agent in a session of its own, behind the wrapper. The handle is on the disk before the agent starts and
 * before this returns: whenever the daemon dies, either there is a handle and the agent runs, or neither. What fails
 * halfway is killed and removed. A command that cannot be executed is no failure here: the run exits with 126 or 127
 * and says why on `err`.
 *
 * The process that is held has its pid and its start time for good, and becomes the wrapper by itself where the daemon dies:
 * - before its pid is known, or before the handle is there: the wrapper finds none and ends, and nothing has run;
 * - between the handle and the go: the wrapper finds it and goes on, and the next daemon finds the agent by it;
 * - after that: it needs nobody.
 * The handle is one by a rename, so there is no half of it; and whoever kills the daemon cannot kill the held process in the
 * moment between, since it is in a session of its own or on its way there.
 * @throws MakimaError AGENT_FAILED where the wrapper cannot be started, TASK_ACTIVE where the run was launched before
 */
export const launch = async (options: LaunchOptions): Promise<RunHandle> => {
  const { runId, directory, cwd } = options;
  if ((await readHandle(directory)) !== null) throw new MakimaError('TASK_ACTIVE', `The run ${runId} was launched before`);
  let held: Held | null = null;
  try {
    if (!isDirectory(cwd)) throw new MakimaError('AGENT_FAILED', `The agent cannot be started: there is no directory ${cwd}`);
    const cgroup = options.ownCgroup === false ? null : makeCgroup(runId);
    held = await holdWrapper(options, cgroup);
    const handle = await identityOf(options, held.pid, cgroup);
    writeHandle(directory, handle);
    held.go();
    return handle;
  } catch (error) {
    await held?.cancel();
    await sweepRun(runId, null);
    await rm(runPaths(directory).handle, { force: true });
    if (error instanceof MakimaError) throw error;
    throw new MakimaError('AGENT_FAILED', `The agent cannot be started: ${messageOf(error)}`, { cause: error });
  }
};
