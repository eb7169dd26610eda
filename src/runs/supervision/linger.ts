import { inWords } from '../../domain/silence.ts';
import { untilDone } from '../until-done.ts';
import { createQuietTimer } from './quiet-timer.ts';
import type { TellSilence, Vigil, WatchedRun, WatchParts } from './run-state.ts';

/** How long one is let end that may wait for more though its input is closed. */
const lettingEnd = 1000;

/**
 * Minds an agent that has said its last word and stays: one whose work in the background says nothing any more, and one that does not end
 * though it was told that nothing more will come.
 */
export const keepLinger = (context: WatchParts, watched: WatchedRun, isBlocked: () => boolean, tell: TellSilence): Vigil => {
  const { task, run, driver, agent, tracker, state, input, detach } = watched;
  const { store, ledger, timing } = context;

  // Most end by the end of their input even where nobody can count on it.
  const exitGrace = driver.endsWithInput ? timing.exitGrace : Math.min(timing.exitGrace, lettingEnd);
  const isInBackground = (): boolean => tracker.progress.background > 0 && !tracker.progress.turnOpen;
  // An agent whose background work has a bound is told of before it: a message, or a word of the work, begins the time anew.
  const foretoldAfter = (limit: number): number => Math.min(timing.backgroundWait, limit / 2);
  const foretellTime = (): number | null =>
    timing.backgroundLimit === null || state.finishing || state.inputClosed || isBlocked() || watched.isAttending() || !isInBackground()
      ? null
      : foretoldAfter(timing.backgroundLimit);
  const foretell = createQuietTimer(foretellTime, (silentFor) => {
    if (state.paused || state.exited || timing.backgroundLimit === null) return;
    tell(
      'after-result',
      silentFor,
      `Nothing was heard of the agent's background work for ${inWords(foretoldAfter(timing.backgroundLimit))}: after ${inWords(timing.backgroundLimit)} it is no longer waited for, and the task is judged without it. A message to the agent begins the time anew; MAKIMA_BACKGROUND_MINUTES sets it`,
    );
  });
  const noteGivenUp = async (limit: number): Promise<void> => {
    await ledger.warn(task.id, {
      code: 'BACKGROUND_GIVEN_UP',
      message: `The agent's background work was silent for ${inWords(limit)} and was no longer waited for, so that the task is judged without it: look whether the work is whole. MAKIMA_BACKGROUND_MINUTES sets how long it is waited for`,
    });
  };
  const endLingering = async (): Promise<void> => {
    await store.updateRun(run.runId, { endedByDaemon: true });
    await agent.terminate(null);
  };
  const lingers = (silentFor: number): void => {
    if (state.paused || state.exited) return;
    if (!state.finishing && !state.inputClosed && timing.backgroundLimit === null) {
      tell(
        'after-result',
        silentFor,
        `Background work of the agent goes on without a word for ${inWords(timing.backgroundWait)}; it is waited for. MAKIMA_BACKGROUND_MINUTES bounds that, a stop ends it`,
      );
      return;
    }
    if (!state.inputClosed) {
      tell('after-result', silentFor, 'Background work of the agent goes on without a word; the agent is told that nothing more will come');
      const limit = timing.backgroundLimit;
      if (!state.finishing && limit !== null)
        void untilDone(context, `noting in task ${task.id} what is no longer waited for`, () => noteGivenUp(limit), detach);
      void untilDone(context, `closing the input of a run of task ${task.id}`, () => input.close(), detach).then(() => linger.heard());
      return;
    }
    if (driver.endsWithInput) tell('after-result', silentFor, 'The agent did not end after its last word, and is ended', true);
    void untilDone(context, `ending a run of task ${task.id} that lingers`, endLingering, detach);
  };
  const lingerTime = (): number | null => {
    // A turn may be silent for long while a command of it runs; after its end there is nothing to wait for.
    if (state.finishing || state.inputClosed) return tracker.progress.turnOpen ? timing.backgroundWait : exitGrace;
    return isInBackground() && !isBlocked() && !watched.isAttending() ? (timing.backgroundLimit ?? timing.backgroundWait) : null;
  };
  const linger = createQuietTimer(lingerTime, lingers);

  return {
    heard() {
      linger.heard();
      foretell.heard();
    },
    stop() {
      linger.stop();
      foretell.stop();
    },
  };
};
