/** Wakes one reader. A ring while nobody waits is kept, any number of rings is one: so a reader that stalls costs nothing. */
export class Bell {
  readonly #signal: AbortSignal;
  #rung = false;
  #wake: (() => void) | null = null;

  /** @param signal - rings the bell as well; `release` must be called in the end */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.ring);
  }

  readonly ring = (): void => {
    this.#rung = true;
    this.#wake?.();
  };

  /** Resolves when the bell was rung since the last wait, at once if the signal has fired. */
  async wait(): Promise<void> {
    if (!this.#rung && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
    this.#rung = false;
  }

  release(): void {
    this.#signal.removeEventListener('abort', this.ring);
  }
}
