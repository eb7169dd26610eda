/** Has what shares a key happen one after the other, in the order it came; what came before may have failed. */
export const inOrder = (): (<T>(key: string, step: () => Promise<T>) => Promise<T>) => {
  const last = new Map<string, Promise<unknown>>();
  return (key, step) => {
    const before = last.get(key);
    const own = before === undefined ? step() : before.then(step, step);
    last.set(key, own);
    const forget = (): void => {
      if (last.get(key) === own) last.delete(key);
    };
    own.then(forget, forget);
    return own;
  };
};
