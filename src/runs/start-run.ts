import { asSetUp, type AgentCommand, type AgentLaunch } from '../agents/driver.ts';
import { reachServers } from '../agents/reach-servers.ts';
import { storeWhole } from '../files/store-whole.ts';
import type { RunHandle } from '../process/handle.ts';
import { launch } from '../process/launch.ts';
import { createRunDirectory, runPaths } from '../process/run-directory.ts';
import { sweepRun } from '../process/sweep.ts';
import type { Run } from '../store/task-store.ts';
import type { Begun } from './begin-run.ts';
import type { RunContext, RunOfTask } from './context.ts';
import { worktreeOfStart, type Additions, type RunHook, type Start } from './hooks/hook.ts';
import { sessionOf, storeOpening } from './messages/opening.ts';
import { sessionUsage } from './next/session-usage.ts';
import type { Stopping } from './stop-below.ts';
import { trackProgress, type ProgressTracker } from './supervision/progress.ts';
import { takeBackStart } from './take-back-start.ts';
import { untilDone } from './until-done.ts';

type Parts = Pick<RunContext, 'homeId' | 'store' | 'ledger' | 'drivers' | 'inheritedEnv' | 'keepSubtasks' | 'now' | 'reached' | 'report'> &
  Stopping;

/** How the agent is to run, by its task and what the hooks add. */
const launchOf = (start: Start, additions: readonly Additions[], used: Pick<AgentLaunch, 'sessionUsage'>): AgentLaunch =>
  additions.reduce<AgentLaunch>((made, each) => ({ ...made, ...each.launch }), {
    ...asSetUp,
    cwd: worktreeOfStart(start).path,
    session: sessionOf(start),
    model: start.task.model,
    effort: start.task.effort,
    ...used,
  });

/** Stores the settings that an agent takes from a file. @returns what leads to that */
const storeSettings = (directory: string, { settings }: AgentCommand): Record<string, string> => {
  if (settings === undefined) return {};
  const path = runPaths(directory).settings;
  storeWhole(path, settings.text);
  return { [settings.variable]: path };
};

/** The directory with what the agent is told first in it, then the process: whenever the daemon dies, the agent has that or was never there. */
const launchAgent = async (
  context: Parts,
  start: Start,
  additions: readonly Additions[],
): Promise<Pick<Run, 'actsUnasked'> & { handle: RunHandle; tracker: ProgressTracker }> => {
  const { task, run, driver } = start;
  await createRunDirectory(run.directory);
  const how = launchOf(start, additions, await sessionUsage(context, driver, run));
  const conversation = driver.converse(how);
  const said = await storeOpening(context, start, how, conversation);
  context.reached('plan stored');
  const command = driver.command(how);
  const settingsEnv = storeSettings(run.directory, command);
  const handle = await launch({
    runId: run.runId,
    homeId: context.homeId,
    protocol: context.drivers.protocolOf(task.agent),
    directory: run.directory,
    command: command.command,
    args: command.args,
    cwd: how.cwd,
    env: reachServers(
      additions.reduce<Record<string, string>>((env, each) => ({ ...env, ...each.env }), {
        ...context.inheritedEnv,
        ...command.env,
        ...settingsEnv,
      }),
      how.mcp,
    ),
  });
  context.reached('agent launched');
  context.ledger.say(task.id, said);
  return { handle, actsUnasked: command.actsUnasked, tracker: trackProgress(conversation) };
};

/** A run whose agent has been started. */
export interface Started extends RunOfTask {
  handle: RunHandle;
  tracker: ProgressTracker;
}

/**
 * Brings a run that has begun to running: its hooks, its agent, the handle in the store before anybody is told that it runs.
 * @param stop - fires when the task is stopped meanwhile
 * @param detach - fires when the daemon shuts down; the next one sets the task up again
 * @returns null where it did not come to run, for whatever reason; the task then says why
 */
export const startRun = async (
  context: Parts,
  hooks: readonly RunHook[],
  begun: Begun,
  stop: AbortSignal,
  detach: AbortSignal,
): Promise<Started | null> => {
  const { runId } = begun.run;
  const taskId = begun.task.id;
  const signal = AbortSignal.any([stop, detach]);
  const driver = context.drivers.ofTask(begun.task);
  const start: Start = {
    ...begun,
    driver,
    signal,
    worktree: null,
    isNewWorktree: false,
    isRestored: false,
    hasRunSetup: false,
    hooksNotRun: null,
  };
  const additions: Additions[] = [];
  let launched = false;
  context.reached('run begun');
  try {
    for (const hook of hooks) {
      if (!hook.prepare) continue;
      signal.throwIfAborted();
      additions.push((await hook.prepare(start)) ?? {});
      context.reached(`${hook.name} prepared`);
    }
    signal.throwIfAborted();
    await context.ledger.transition(taskId, { to: 'starting' });
    const { handle, actsUnasked, tracker } = await launchAgent(context, start, additions);
    launched = true;
    // Whoever stopped it in the meantime saw no agent to stop.
    stop.throwIfAborted();
    start.task = await context.ledger.transition(taskId, {
      to: 'running',
      patch: { startedAt: context.now().toISOString() },
      run: { runId, changes: { handle, actsUnasked, state: 'running' } },
    });
    context.reached('running stored');
    return { task: start.task, run: { ...start.run, state: 'running', handle, actsUnasked }, driver, handle, tracker };
  } catch (error) {
    // The next daemon takes up an agent that was launched, and sets up again what was not.
    if (detach.aborted && !stop.aborted) await (launched ? undefined : sweepRun(runId, null));
    else
      await untilDone(
        context,
        `taking back the start of task ${taskId}`,
        () => takeBackStart(context, hooks, start, { failure: error }),
        detach,
      );
    return null;
  }
};
