import type { SilenceReason } from '../../schemas/event.ts';
import type { RunProgress } from './run-verdict.ts';

/**
 * Of what kind it is when an agent prints nothing: its first turn has not begun, one goes on, or it was told something after its last
 * word and does not answer.
 * @param askedAfter - after how many of its results something was said to it last, -1 where nothing was
 * @returns null where nothing is to be expected of it: it has said its last word
 */
export const silenceOf = (
  { lastTurn, turnOpen, results }: Pick<RunProgress, 'lastTurn' | 'turnOpen' | 'results'>,
  askedAfter: number,
): SilenceReason | null => {
  if (turnOpen) return 'turn';
  if (lastTurn === null) return 'start';
  return results <= askedAfter ? 'after-result' : null;
};

/** A time as a person reads it. @param milliseconds - how long it is */
export const inWords = (milliseconds: number): string =>
  milliseconds < 120_000 ? `${Math.round(milliseconds / 1000)} s` : `${Math.round(milliseconds / 60_000)} minutes`;
