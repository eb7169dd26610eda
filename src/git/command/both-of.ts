/**
 * Two steps side by side, each of which has ended before anything that comes after, also where one fails: nothing is taken back
 * or begun anew under a command that still runs. Of two failures the first step's counts.
 */
export const bothOf = async <A, B>(first: A | Promise<A>, second: B | Promise<B>): Promise<[A, B]> => {
  await Promise.allSettled([first, second]);
  return [await first, await second];
};
