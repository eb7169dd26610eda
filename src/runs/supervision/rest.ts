import type { TaskStatus } from '../../../schemas/task.ts';
import { isAtRest, isBetweenTurns } from '../../domain/run-verdict.ts';
import { isActive, isTerminal } from '../../domain/status-machine.ts';
import { composeInbox } from '../messages/compose-inbox.ts';
import { whatIsLeft } from '../messages/what-is-left.ts';
import { untilDone } from '../until-done.ts';
import type { WatchedRun, WatchParts } from './run-state.ts';

/** What is decided when an agent has ended its turn. */
export interface Rest {
  /** Looks whether the agent has ended its turn, and what it is to do then. */
  consider(): void;
  /** Nobody is waited for any more. */
  stop(): void;
}

/**
 * An agent that has ended its turn and has nothing under way is let end, unless its task still has something to tell it: an orchestrator is
 * told of what its subtasks came to or ask, waits for those that are active, and is told once what is left. One that works one turn a process is
 * let end in any case: its next run is told.
 */
export const createRest = (context: WatchParts, watched: WatchedRun): Rest => {
  const { task, run, driver, tracker, state, input, mailbox, detach, say } = watched;
  const { store, ledger, timing } = context;
  let status: TaskStatus = task.status;
  let told = run.toldAfter !== null;
  /** An earlier daemon noted that it tells the agent, and may have died before it did. */
  let isTelling = told;
  let waits = false;

  const waitFor = (active: number): void => {
    if (!waits) say(`The agent is at rest; it will be told when its ${active} active subtasks have ended`);
    waits = true;
  };

  /** @returns whether the agent was told something, or waits */
  const leadsOn = async (): Promise<boolean> => {
    const { results } = tracker.progress;
    // What it was told last it has not answered yet: a restart of the daemon, or the end of background work, comes between.
    if (results <= state.askedAfter) return !isTelling || tellWhatIsLeft(results);
    // One that is paused, or waits for subtasks by itself and so learns how they end, is told when it goes on.
    if (status !== 'running') return true;
    // Before the inbox: what ends in between is in that.
    const active = (await store.listChildren(task.id)).filter((each) => isActive(each.status)).length;
    if (await composeInbox(context, watched, results)) {
      await mailbox.look();
      return true;
    }
    if (!isAtRest(tracker.progress)) return true;
    if (active > 0) {
      waitFor(active);
      return true;
    }
    waits = false;
    return told ? false : tellWhatIsLeft(results);
  };

  /** @returns whether there is something to tell */
  const tellWhatIsLeft = async (results: number): Promise<boolean> => {
    const left = await whatIsLeft(context, task);
    if (left === null) return false;
    // Noted first, since a message that was accepted cannot be taken back; its id keeps it from being said again where only that was lost.
    if (!told) await store.updateRun(run.runId, { toldAfter: results });
    told = true;
    context.reached('telling noted');
    await input.send(left, 'what is left');
    isTelling = false;
    return true;
  };

  /** A message that an earlier daemon has put may be with the agent, which has not answered it. */
  let isTakenUp = false;
  const decide = async (): Promise<void> => {
    if (state.inputClosed || state.exited || !isBetweenTurns(tracker.progress)) return;
    // One that is taken up is told first what the last daemon may not have come to say.
    if (!state.opened && tracker.conversation.isOpen) return;
    if (watched.isStopping()) {
      if (!driver.endsWithInput) await input.close();
      return;
    }
    await mailbox.look();
    if (!isTakenUp) state.askedAfter = Math.max(state.askedAfter, run.askedAfter ?? -1);
    isTakenUp = true;
    // What it was given it answers first, and considers again then.
    if (mailbox.isOwing() && !state.finishing) return;
    if (task.isOrchestrator && !driver.hasOneTurn && !state.finishing && tracker.progress.lastTurn?.isError !== true && (await leadsOn()))
      return;
    if (!isAtRest(tracker.progress) || (mailbox.isOwing() && !state.finishing)) return;
    await input.close();
  };
  let deciding: Promise<void> = Promise.resolve();
  const consider = (): void => {
    deciding = deciding.then(() => untilDone(context, `deciding on the agent of task ${task.id} at rest`, decide, detach));
  };

  let gathering: NodeJS.Timeout | null = null;
  const considerSoon = (): void => {
    if (!isBetweenTurns(tracker.progress)) return;
    gathering ??= setTimeout(() => {
      gathering = null;
      consider();
    }, timing.gather);
  };
  const unwatch = task.isOrchestrator
    ? [
        ledger.watch(task.id, (changed) => {
          if (changed === null || changed.status === status) return;
          ({ status } = changed);
          if (status === 'running') consider();
        }),
        // What happens to several subtasks shortly after one another is told at once.
        ledger.watchBelow(task.id, (subtask) => {
          if (isTerminal(subtask.status) || subtask.status === 'blocked') considerSoon();
        }),
      ]
    : [];
  return {
    consider,
    stop() {
      for (const end of unwatch) end();
      if (gathering !== null) clearTimeout(gathering);
      gathering = null;
    },
  };
};
