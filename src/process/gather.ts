/** In milliseconds: nobody sees such a delay, and of a hundred agents that print a dozen lines come in it. */
const pause = 5;

const gathered = new Set<() => void>();
let timer: NodeJS.Timeout | null = null;
let lastTurn = 0;

const turn = (): void => {
  timer = null;
  lastTurn = performance.now();
  const acts = [...gathered];
  gathered.clear();
  for (const act of acts) act();
};

/**
 * Does it, once however often it is asked for, with what others ask for meanwhile: at once after a pause, else at the end of one.
 * What agents print goes through many hands to its readers, and each of them has as little to do for ten lines as for one.
 * @param act - must not throw
 */
export const gather = (act: () => void): void => {
  gathered.add(act);
  timer ??= setTimeout(turn, Math.max(0, lastTurn + pause - performance.now()));
};
