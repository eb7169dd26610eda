/** Does one piece of work after the other, in the order in which they were asked for; one that fails holds up nobody. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export const createTurns = (): InTurn => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine;
    return mine;
  };
};
