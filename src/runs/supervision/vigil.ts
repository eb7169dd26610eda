import type { SilencePayload } from '../../../schemas/event.ts';
import { inWords, silenceOf } from '../../domain/silence.ts';
import { untilDone } from '../until-done.ts';
import { gaps } from './gaps.ts';
import { keepLinger } from './linger.ts';
import { createQuietTimer } from './quiet-timer.ts';
import type { TellSilence, Vigil, WatchedRun, WatchParts } from './run-state.ts';

/**
 * Says when an agent that has something to do prints nothing, and gives it up where the settings say so; ends one that stays though
 * there is nothing to come (linger.ts). An agent that waits for work of its own in the background, or for subtasks, is not silent: it has
 * said its last word. Neither is one that was paused or waits for an answer, nor the time in which the machine slept.
 */
export const keepVigil = (context: WatchParts, watched: WatchedRun): Vigil => {
  const { task, run, driver, tracker, state, detach } = watched;
  const { store, ledger, timing } = context;

  const tell: TellSilence = (reason, silentFor, text, interrupts) => {
    const since = new Date(context.now().getTime() - silentFor).toISOString();
    watched.note([
      { type: 'output', stream: 'system', level: 'warning', content: text },
      { type: 'silence', reason, since, message: text, ...(interrupts && { interrupts }) },
    ]);
  };

  let isBlocked = task.status === 'blocked';
  const reasonNow = (): SilencePayload['reason'] | null => {
    // A paused agent is silent because it was told to be, one that is blocked has its answer to come, and one whose command waits for other
    // tasks hears of them.
    if (state.paused || isBlocked || state.exited || watched.isAttending() || watched.blocks.has('approval')) return null;
    return silenceOf(tracker.progress, state.askedAfter);
  };
  const timeOf = (): number | null => {
    const reason = reasonNow();
    return reason === null ? null : timing.silence[reason];
  };
  const words = (silentFor: number): string => {
    const what = tracker.progress.turnOpen || tracker.progress.lastTurn === null ? '' : ' since it was told something after its last word';
    return `The agent has printed nothing for ${inWords(silentFor)}${what}: ${driver.explainSilence(tracker.lastLine)}`;
  };
  const silence = createQuietTimer(timeOf, (silentFor) => tell(reasonNow() ?? 'turn', silentFor, words(silentFor)));

  const giveUp = async (why: string): Promise<void> => {
    await store.updateRun(run.runId, { stopRequested: 'failed', stopReason: why });
    watched.end(true, 'The silent agent is interrupted, and ended where it does not give up its turn');
  };
  const patience = createQuietTimer(
    () => (reasonNow() === null || watched.isStopping() ? null : timing.silenceInterrupt),
    (silentFor) => {
      const why = `The agent printed nothing for ${inWords(silentFor)} and was interrupted, as MAKIMA_SILENCE_INTERRUPT_MINUTES says: ${driver.explainSilence(tracker.lastLine)}`;
      tell(reasonNow() ?? 'turn', silentFor, why, true);
      void untilDone(context, `giving up the silent agent of task ${task.id}`, () => giveUp(why), detach);
    },
  );

  const linger = keepLinger(context, watched, () => isBlocked || watched.blocks.has('approval'), tell);
  const heard = (): void => {
    silence.heard();
    patience.heard();
    linger.heard();
  };
  const unwatchGaps = gaps.watch(heard);
  const unwatchTask = ledger.watch(task.id, (changed) => {
    const blocked = changed?.status === 'blocked';
    if (blocked === isBlocked) return;
    isBlocked = blocked;
    heard();
  });

  return {
    heard,
    stop() {
      unwatchGaps();
      unwatchTask();
      silence.stop();
      patience.stop();
      linger.stop();
    },
  };
};
