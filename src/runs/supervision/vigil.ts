import { untilDone } from '../until-done.ts';
import { createQuietTimer } from './quiet-timer.ts';
import type { WatchedRun, WatchParts } from './run-state.ts';

/** Who minds how long an agent is silent. */
export interface Vigil {
  /** It has printed something, or how the run stands has changed. */
  heard(): void;
  stop(): void;
}

const inWords = (milliseconds: number): string =>
  milliseconds < 120_000 ? `${Math.round(milliseconds / 1000)} s` : `${Math.round(milliseconds / 60_000)} minutes`;

/**
 * Says when an agent that has something to do prints nothing, and ends one that stays though there is nothing to come.
 * An agent that waits for work of its own in the background, or for subtasks, is not silent: it has said its last word.
 */
export const keepVigil = (context: WatchParts, watched: WatchedRun): Vigil => {
  const { task, run, driver, agent, tracker, state, input, detach, say } = watched;
  const { store, ledger, timing } = context;

  const isExpectedToSpeak = (): boolean => {
    const { lastTurn, turnOpen, results } = tracker.progress;
    return lastTurn === null || turnOpen || results <= state.askedAfter;
  };
  /** A command of its waits for other tasks and hears of them, or it has asked something and is to be answered. */
  const isAttending = (): boolean => watched.isAttending() || watched.blocks.has('approval');
  // A paused agent is silent because it was told to be.
  const silenceTime = (): number | null => (state.paused || state.exited || isAttending() || !isExpectedToSpeak() ? null : timing.silence);
  const silence = createQuietTimer(silenceTime, () =>
    say(`The agent has printed nothing for ${inWords(timing.silence)}: ${driver.explainSilence(tracker.lastLine)}`, 'warning'),
  );

  const isInBackground = (): boolean => tracker.progress.background > 0 && !tracker.progress.turnOpen;
  // An agent whose background work has a bound is told of before it: a message, or a word of the work, begins the time anew.
  const foretoldAfter = (limit: number): number => Math.min(timing.backgroundWait, limit / 2);
  const foretellTime = (): number | null =>
    timing.backgroundLimit === null || state.finishing || state.inputClosed || isAttending() || !isInBackground()
      ? null
      : foretoldAfter(timing.backgroundLimit);
  const foretell = createQuietTimer(foretellTime, () => {
    if (state.paused || state.exited || timing.backgroundLimit === null) return;
    say(
      `Nothing was heard of the agent's background work for ${inWords(foretoldAfter(timing.backgroundLimit))}: after ${inWords(timing.backgroundLimit)} it is no longer waited for, and the task is judged without it. A message to the agent begins the time anew; MAKIMA_BACKGROUND_MINUTES sets it`,
      'warning',
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
  const lingers = (): void => {
    if (state.paused || state.exited) return;
    if (!state.finishing && !state.inputClosed && timing.backgroundLimit === null) {
      say(
        `Background work of the agent goes on without a word for ${inWords(timing.backgroundWait)}; it is waited for. MAKIMA_BACKGROUND_MINUTES bounds that, a stop ends it`,
        'warning',
      );
      return;
    }
    if (!state.inputClosed) {
      say('Background work of the agent goes on without a word; the agent is told that nothing more will come', 'warning');
      const limit = timing.backgroundLimit;
      if (!state.finishing && limit !== null)
        void untilDone(context, `noting in task ${task.id} what is no longer waited for`, () => noteGivenUp(limit), detach);
      void untilDone(context, `closing the input of a run of task ${task.id}`, () => input.close(), detach).then(() => linger.heard());
      return;
    }
    say('The agent did not end after its last word, and is ended', 'warning');
    void untilDone(context, `ending a run of task ${task.id} that lingers`, endLingering, detach);
  };
  const lingerTime = (): number | null => {
    // A turn may be silent for long while a command of it runs; after its end there is nothing to wait for.
    if (state.finishing || state.inputClosed) return tracker.progress.turnOpen ? timing.backgroundWait : timing.exitGrace;
    return isInBackground() && !isAttending() ? (timing.backgroundLimit ?? timing.backgroundWait) : null;
  };
  const linger = createQuietTimer(lingerTime, lingers);

  return {
    heard() {
      silence.heard();
      linger.heard();
      foretell.heard();
    },
    stop() {
      silence.stop();
      linger.stop();
      foretell.stop();
    },
  };
};
