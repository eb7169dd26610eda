import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MakimaError, messageOf } from '../errors.ts';
import { makeCgroup } from './cgroup.ts';
import { markerName, readHandle, writeHandle, type RunHandle } from './handle.ts';
import { platform } from './platform/index.ts';
import { runPaths } from './run-directory.ts';
import { sweepRun } from './sweep.ts';

export interface LaunchOptions {
  runId: string;
  /** The identity of the home that the run is of. */
  homeId?: string;
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

/** The wrapper, waiting for its go with its standard input open. */
const spawnWrapper = async (options: LaunchOptions, cgroup: string | null): Promise<ChildProcess> => {
  const paths = runPaths(options.directory);
  const out = await open(paths.out, 'a', 0o600);
  try {
    const err = await open(paths.err, 'a', 0o600);
    try {
      // Raw descriptors: the agent writes to the files itself and does not notice when the daemon dies.
      const child = spawn(options.shell ?? '/bin/sh', [wrapper, options.directory, cgroup ?? '', options.command, ...options.args], {
        cwd: options.cwd,
        env: { ...options.env, [markerName]: options.runId },
        detached: true,
        stdio: ['pipe', out.fd, err.fd],
      });
      await once(child, 'spawn'); // rejects with the error of a spawn that failed
      return child;
    } finally {
      await err.close();
    }
  } finally {
    await out.close();
  }
};

const identityOf = async ({ runId, homeId }: LaunchOptions, pid: number, cgroup: string | null): Promise<RunHandle> => {
  const [bootId, processes] = await Promise.all([platform.bootId(), platform.identify([pid])]);
  const info = processes.get(pid);
  if (info === undefined) throw new Error('its wrapper ended at once');
  return { runId, pid, startTime: info.startTime, bootId, ...(cgroup !== null && { cgroup }), ...(homeId !== undefined && { homeId }) };
};

/**
 * Starts an agent in a session of its own, behind the wrapper. The handle is on the disk before the agent starts and
 * before this returns: whenever the daemon dies, either there is a handle and the agent runs, or neither. What fails
 * halfway is killed and removed. A command that cannot be executed is no failure here: the run exits with 126 or 127
 * and says why on `err`.
 * @throws MakimaError AGENT_FAILED where the wrapper cannot be started, TASK_ACTIVE where the run was launched before
 */
export const launch = async (options: LaunchOptions): Promise<RunHandle> => {
  const { runId, directory, cwd } = options;
  if ((await readHandle(directory)) !== null) throw new MakimaError('TASK_ACTIVE', `The run ${runId} was launched before`);
  if (
    !(await stat(cwd).then(
      (found) => found.isDirectory(),
      () => false,
    ))
  ) {
    throw new MakimaError('AGENT_FAILED', `The agent cannot be started: there is no directory ${cwd}`);
  }
  let child: ChildProcess | null = null;
  try {
    const cgroup = options.ownCgroup === false ? null : makeCgroup(runId);
    child = await spawnWrapper(options, cgroup);
    if (child.pid === undefined || child.stdin === null) throw new Error('it has no pid');
    // The wrapper may be dead by now; the watch of its exit tells, with what it left.
    child.stdin.on('error', () => child?.stdin?.destroy());
    const handle = await identityOf(options, child.pid, cgroup);
    await writeHandle(directory, handle);
    child.stdin.end('go\n');
    child.unref();
    return handle;
  } catch (error) {
    // Unreaped as long as this child object has not exited, so the pid is still its own.
    if (child !== null && child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await sweepRun(runId, null);
    await rm(runPaths(directory).handle, { force: true });
    if (error instanceof MakimaError) throw error;
    throw new MakimaError('AGENT_FAILED', `The agent cannot be started: ${messageOf(error)}`, { cause: error });
  }
};
