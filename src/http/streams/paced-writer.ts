import type { ServerResponse } from 'node:http';

/** Small pieces are gathered to one write of about so many bytes, or of what comes in one turn of the event loop. */
const chunkBytes = 64 * 1024;
/** A larger piece is written as it is: it may be one that many clients get, and a copy would be theirs alone. */
const smallBytes = 8 * 1024;

/** What is written. */
export interface Written {
  /** Are not changed, and must not be changed before `done` is called, or ever where there is none. */
  bytes: Buffer;
  /** Called when the system has taken the bytes; never where the connection broke in the middle, since nobody knows then. */
  done?: () => void;
}

/** Writes to a client no faster than it reads: what is held for one that does not is one chunk. */
export class PacedWriter {
  readonly #raw: ServerResponse;
  readonly #signal: AbortSignal;
  #pending: Written[] = [];
  #pendingBytes = 0;
  #flushing: NodeJS.Immediate | null = null;

  constructor(raw: ServerResponse, signal: AbortSignal) {
    this.#raw = raw;
    this.#signal = signal;
  }

  /** True where nothing waits to be written and the client takes more. */
  get idle(): boolean {
    return this.#pendingBytes === 0 && !this.#raw.writableNeedDrain;
  }

  /**
   * @param written - is the writer's from now on
   * @returns whether the caller must wait for `ready` before it adds more
   */
  add(written: Written): boolean {
    const { bytes } = written;
    if (bytes.length > smallBytes) {
      this.flush();
      this.#write(written);
      return this.#raw.writableNeedDrain;
    }
    this.#pending.push(written);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= chunkBytes) this.flush();
    else this.#flushing ??= setImmediate(() => this.flush());
    return this.#raw.writableNeedDrain;
  }

  flush(): void {
    const pending = this.#pending;
    const [first] = pending;
    this.#forget();
    if (first === undefined) return;
    if (pending.length === 1) {
      this.#write(first);
      return;
    }
    const bytes = Buffer.concat(pending.map((each) => each.bytes));
    for (const { done } of pending) done?.();
    this.#write({ bytes });
  }

  #write({ bytes, done }: Written): void {
    // A write to a response whose client has left is an error event that nobody could do anything about.
    if (bytes.length === 0 || this.#raw.destroyed || this.#raw.writableEnded) {
      done?.();
      return;
    }
    this.#raw.write(bytes, (error) => {
      if (!error) done?.();
    });
  }

  #forget(): void {
    if (this.#flushing !== null) clearImmediate(this.#flushing);
    this.#flushing = null;
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  /** Resolves when the client has taken what was written, has left, or when the signal fires. */
  async ready(): Promise<void> {
    if (!this.#raw.writableNeedDrain || this.#raw.destroyed || this.#signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#raw.off('drain', done);
        this.#raw.off('close', done);
        this.#signal.removeEventListener('abort', done);
        resolve();
      };
      this.#raw.on('drain', done);
      this.#raw.on('close', done);
      this.#signal.addEventListener('abort', done);
    });
  }

  /** Ends the answer with all that was added. A client that does not take the rest is cut off when the signal fires: it must not hold the daemon. */
  end(): void {
    this.flush();
    if (this.#raw.destroyed) return;
    const cut = (): void => this.cut();
    this.#raw.once('close', () => this.#signal.removeEventListener('abort', cut));
    this.#raw.end();
    if (!this.#signal.aborted) this.#signal.addEventListener('abort', cut, { once: true });
    else if (!this.#raw.writableFinished)
      setImmediate(() => {
        if (!this.#raw.writableFinished) this.cut();
      });
  }

  /** Breaks the connection off, so that the client sees that it has not got everything. */
  cut(): void {
    this.#forget();
    this.#raw.destroy();
  }
}
