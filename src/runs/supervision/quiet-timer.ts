/** Calls back once when nothing was heard for a time; hearing something starts it anew. */
export interface QuietTimer {
  heard(): void;
  /** For good: what is heard afterwards, such as the end of something that was under way, starts nothing anew. */
  stop(): void;
}

/**
 * @param milliseconds - the silence after which to call; asked again each time, null for not at all
 * @param onQuiet - called once a silence
 */
export const createQuietTimer = (milliseconds: () => number | null, onQuiet: () => void): QuietTimer => {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const heard = (): void => {
    clearTimeout(timer);
    const wait = stopped ? null : milliseconds();
    if (wait !== null) timer = setTimeout(onQuiet, wait);
  };
  heard();
  return {
    heard,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
