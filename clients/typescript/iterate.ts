/** One that can be ended at any moment. */
export interface Ending<T> extends AsyncIterableIterator<T> {
  return(): Promise<IteratorReturnResult<undefined>>;
}

/**
 * An iterator over what a generator yields that can be ended at any moment: a generator by itself is not ended while it waits for
 * something that may never come.
 * @param make - is called when the first item is asked for; the signal is to end whatever it waits for
 * @param signals - each of them ends it as well: the first with an error, its own reason; `closing` quietly
 */
export const iterate = <T>(
  make: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
  { signal, closing }: { signal?: AbortSignal | undefined; closing: AbortSignal },
): Ending<T> => {
  const end = new AbortController();
  let generator: AsyncGenerator<T, void, undefined> | null = null;
  let isOver = false;
  const abort = (): void => end.abort(signal?.reason);
  const close = (): void => {
    isOver = true;
    end.abort();
  };
  const release = (): void => {
    isOver = true;
    signal?.removeEventListener('abort', abort);
    closing.removeEventListener('abort', close);
  };
  const begin = (): AsyncGenerator<T, void, undefined> => {
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
    if (closing.aborted) close();
    else closing.addEventListener('abort', close, { once: true });
    return make(end.signal);
  };
  const isEnded = (): boolean => isOver;
  const over = { done: true, value: undefined } as const;

  return {
    async next() {
      if (isOver) return over;
      generator ??= begin();
      try {
        const item = await generator.next();
        if (item.done === true) release();
        return item;
      } catch (error) {
        const isQuiet = isEnded();
        release();
        if (isQuiet) return over;
        throw error;
      }
    },
    async return() {
      close();
      release();
      // It has nothing more to wait for; what it still has to close it closes by itself.
      await generator?.return().catch(() => undefined);
      return over;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};
