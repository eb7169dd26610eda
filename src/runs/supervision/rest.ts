import type { Task } from '../../../schemas/task.ts';
import { isAtRest } from '../../domain/run-verdict.ts';
import { isActive } from '../../domain/status-machine.ts';
import { describeWhatIsLeft } from '../../integration/gate.ts';
import { subtaskWarnings } from '../../integration/subtask-warnings.ts';
import { untilDone } from '../until-done.ts';
import type { WatchedRun, WatchParts } from './run-state.ts';

/** What is decided when an agent has ended its turn and nothing of it goes on. */
export interface Rest {
  /** Looks whether the agent is at rest, and what it is to do then. */
  consider(): void;
  /** Nobody is waited for any more. */
  stop(): void;
}

/** An agent at rest is let end, unless its task still has something to tell it: an orchestrator waits for its subtasks, and is told once what is left. */
export const createRest = (context: WatchParts, watched: WatchedRun): Rest => {
  const { task, run, tracker, state, input, mailbox, detach, say } = watched;
  const { store, ledger } = context;
  /** The subtasks that an agent at rest waits for, each with what ends watching it. */
  const awaited = new Map<string, () => void>();
  let told = run.toldAfter !== null;
  /** An earlier daemon noted that it tells the agent, and may have died before it did. */
  let isTelling = told;

  const waitForSubtasks = (active: readonly Task[]): void => {
    if (awaited.size === 0) say(`The agent is at rest; it will be told when its ${active.length} active subtasks have ended`);
    // Others may have been started since: each is watched, or nobody would look again when it ends.
    for (const { id } of active.filter((subtask) => !awaited.has(subtask.id))) {
      awaited.set(
        id,
        ledger.watch(id, (changed) => (changed !== null && isActive(changed.status) ? undefined : consider())),
      );
    }
  };
  const stopWaiting = (): void => {
    for (const unwatch of awaited.values()) unwatch();
    awaited.clear();
  };

  /** @returns whether the agent was told something, or waits */
  const leadsOn = async (): Promise<boolean> => {
    const { results } = tracker.progress;
    // What it was told last it has not answered yet: a restart of the daemon, or the end of background work, comes between.
    if (results <= state.askedAfter) return !isTelling || tellWhatIsLeft(results);
    const subtasks = await store.listChildren(task.id);
    const active = subtasks.filter((each) => isActive(each.status));
    if (active.length > 0) {
      waitForSubtasks(active);
      return true;
    }
    if (awaited.size > 0) {
      await input.send(
        `Your subtasks have ended:\n${subtasks.map((each) => `- ${each.id} ${each.status} ${each.name}`).join('\n')}\nGo on: look at their work, bring in what is good, and finish with done.`,
      );
      stopWaiting();
      return true;
    }
    return told ? false : tellWhatIsLeft(results);
  };

  /** @returns whether there is something to tell */
  const tellWhatIsLeft = async (results: number): Promise<boolean> => {
    const left = [await describeWhatIsLeft(context, task), ...(await subtaskWarnings(context, task)).map(({ message }) => message)].filter(
      (each) => each !== null,
    );
    if (left.length === 0) return false;
    // Noted first, since a message that was accepted cannot be taken back; its id keeps it from being said again where only that was lost.
    if (!told) await store.updateRun(run.runId, { toldAfter: results });
    told = true;
    context.reached('telling noted');
    await input.send(
      `You ended your turn, but the task is not finished: ${left.join('. ')}. Go on, and finish with .makima/orchestrate.sh done (or "$MAKIMA_ORCHESTRATE" done).`,
      'what is left',
    );
    isTelling = false;
    return true;
  };

  const decide = async (): Promise<void> => {
    if (state.inputClosed || state.exited || watched.isStopping() || !isAtRest(tracker.progress)) return;
    await mailbox.look();
    // What it was given it answers first, and considers again then.
    if (mailbox.isOwing() && !state.finishing) return;
    if (task.isOrchestrator && !state.finishing && tracker.progress.lastTurn?.isError !== true && (await leadsOn())) return;
    if (mailbox.isOwing() && !state.finishing) return;
    await input.close();
  };
  let deciding: Promise<void> = Promise.resolve();
  const consider = (): void => {
    deciding = deciding.then(() => untilDone(context, `deciding on the agent of task ${task.id} at rest`, decide, detach));
  };
  return { consider, stop: stopWaiting };
};
