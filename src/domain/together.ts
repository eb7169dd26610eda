const atOnce = (): Promise<void> => Promise.resolve();

/**
 * Does work once for all who ask before it begins. Who asks while it goes on is served by the next, which begins when this one is
 * over: nobody gets what was found out before they asked.
 * @param gather - waited for before it begins, for others to ask as well
 */
export const createTogether = <T>(work: () => Promise<T>, gather: () => Promise<unknown> = atOnce): (() => Promise<T>) => {
  let underWay: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | null = null;
  const begin = async (): Promise<T> => {
    await gather();
    next = null;
    return await work();
  };
  return () => {
    if (next === null) {
      next = underWay.then(begin, begin);
      underWay = next;
    }
    return next;
  };
};
