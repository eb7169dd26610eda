import { closeSync, openSync, constants } from 'node:fs';

/** The open files of the logs that were written last, so that thousands of tasks do not hold thousands of descriptors. */
export class WriteHandles {
  readonly #limit: number;
  readonly #open = new Map<string, number>();

  /** @param limit - how many stay open */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A descriptor to write the file with, which is made if it is missing. Good until the next call only. */
  get(path: string): number {
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    for (const oldest of this.#open.keys()) {
      if (this.#open.size < this.#limit) break;
      this.close(oldest);
    }
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#open.set(path, fd);
    return fd;
  }

  close(path: string): void {
    const fd = this.#open.get(path);
    if (fd === undefined) return;
    this.#open.delete(path);
    closeSync(fd);
  }

  closeAll(): void {
    for (const path of [...this.#open.keys()]) this.close(path);
  }
}
