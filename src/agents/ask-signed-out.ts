/** An answer changes when the user signs in or out, which no file on every platform tells: so long it is taken for true, in milliseconds. */
const keptMs = { signedOut: 60_000, other: 600_000 };

/** Whether an agent says that it is not signed in. @param path - its program @param said - what that says to `--version` */
export type SignedOut = (path: string, said: string) => Promise<boolean>;

/**
 * Keeps what an agent answers for a while: a minute where it is not signed in, else ten.
 * @param ask - asks the program itself, which costs a process
 * @param now - the time in milliseconds
 */
export const keepSignedOut = (ask: SignedOut, now: () => number): SignedOut => {
  let last: { key: string; until: number; isOut: Promise<boolean> } | null = null;
  return async (path, said) => {
    const key = JSON.stringify([path, said]);
    if (last === null || last.key !== key || last.until <= now()) {
      const isOut = ask(path, said);
      const asked = { key, until: Infinity, isOut };
      last = asked;
      asked.until = now() + ((await isOut) ? keptMs.signedOut : keptMs.other);
    }
    return last.isOut;
  };
};
