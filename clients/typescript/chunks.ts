const within = async <T>(promise: Promise<T>, milliseconds: number | null): Promise<T> => {
  if (milliseconds === null) return promise;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came for ${milliseconds / 1000} s`)), milliseconds);
  });
  return Promise.race([promise, silence]).finally(() => clearTimeout(timer));
};

/**
 * The pieces of an answer's body as text, each read when it is asked for, so that a slow reader is one to the daemon, too. What has been
 * opened is closed on every way out.
 * @param silenceMs - after so long without a byte the connection is taken for dead; null waits for ever
 * @throws Error where the connection breaks, is silent for too long, or is aborted
 */
export async function* textOf(response: Response, silenceMs: number | null): AsyncGenerator<string, void, undefined> {
  if (response.body === null) return;
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), silenceMs);
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    // What is still to come is not waited for; a connection that broke says so here once more.
    reader.cancel().catch(() => undefined);
  }
}
