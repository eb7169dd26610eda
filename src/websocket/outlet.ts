import type { WebSocket } from '@fastify/websocket';

/** What a WebSocket is closed with; of a failure it is this and the failure's status. */
export const closeCodes = { ending: 1001, tooSlow: 1013, failure: 4000 } as const;

export interface OutletLimits {
  /** Bytes that may wait before the client counts as full: whoever has more to say waits then. */
  fullBytes: number;
  /** Bytes that may wait at all. */
  mostBytes: number;
  /** Milliseconds that a client gets to say that it has closed, too. */
  closeMs: number;
}

/** What is sent to one client: no faster than it reads, and closed where it does not. */
export class Outlet {
  readonly #socket: WebSocket;
  readonly #limits: OutletLimits;
  readonly #waiting = new Set<() => void>();
  /** Whether the system has taken something since it was last asked. */
  #moved = false;
  #isClosing = false;

  constructor(socket: WebSocket, limits: OutletLimits) {
    this.#socket = socket;
    this.#limits = limits;
    socket.once('close', () => {
      this.#isClosing = true;
      this.#wake();
    });
  }

  /** Nothing more is sent. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  get isFull(): boolean {
    return !this.#isClosing && this.#socket.bufferedAmount >= this.#limits.fullBytes;
  }

  /** Sends a frame. A client for which more waits than may is closed instead: what it missed it gets when it comes again. */
  send(text: string): void {
    if (this.#isClosing) return;
    if (this.#socket.bufferedAmount >= this.#limits.mostBytes) {
      this.close(closeCodes.tooSlow, 'Too much waits to be read');
      return;
    }
    this.#socket.send(text, (error) => {
      if (error) return;
      this.#moved = true;
      if (!this.isFull) this.#wake();
    });
  }

  /** Resolves when the client takes more, or is closed. */
  async ready(): Promise<void> {
    if (this.isFull) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** @returns whether the client has taken something since this was called last */
  hasMoved(): boolean {
    const moved = this.#moved;
    this.#moved = false;
    return moved;
  }

  /** Closes with a code and its reason, of at most 123 bytes; a client that does not answer that is cut off. */
  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#wake();
    this.#socket.close(code, reason);
    const cut = setTimeout(() => this.#socket.terminate(), this.#limits.closeMs).unref();
    this.#socket.once('close', () => clearTimeout(cut));
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
