/** Memory is taken in pieces of a multiple of this, so that one fits for another block. */
const stepBytes = 16 * 1024;
/** What is smaller is cheap, and what is larger is seldom. */
const smallestBytes = 8 * 1024;
const largestBytes = 512 * 1024;
/** What is kept for the next who need some. */
const mostFreeBytes = 2 * 1024 * 1024;

/**
 * Memory for blocks that is used again. A flood makes a hundred megabytes of them a second: left to the collector they pile up until it looks
 * at the whole heap, and malloc gives nothing back of what they leave. What is never given back is collected as anything.
 */
export class Slabs {
  readonly #free = new Map<number, Buffer[]>();
  #freeBytes = 0;
  /** Those that were made here, and whether each is somebody's. */
  readonly #isTaken = new WeakMap<ArrayBufferLike, boolean>();
  #made = 0;

  /** How many were made, since there was none to be used again. */
  get made(): number {
    return this.#made;
  }

  /** @returns so many bytes, whatever stands in them */
  take(length: number): Buffer {
    if (length < smallestBytes || length > largestBytes) return Buffer.allocUnsafe(length);
    const whole = Math.ceil(length / stepBytes) * stepBytes;
    let slab = this.#free.get(whole)?.pop();
    if (slab === undefined) {
      slab = Buffer.allocUnsafeSlow(whole);
      this.#made += 1;
    } else this.#freeBytes -= whole;
    this.#isTaken.set(slab.buffer, true);
    return slab.subarray(0, length);
  }

  /**
   * Nobody looks at these bytes any more, nor writes them anywhere. Nothing happens where they are from elsewhere.
   * @throws Error where they were given back before: by now they are somebody else's
   */
  give({ buffer }: Buffer): void {
    const isTaken = this.#isTaken.get(buffer);
    if (isTaken === undefined) return;
    if (!isTaken) throw new Error('The memory of a block was given back twice');
    this.#isTaken.set(buffer, false);
    if (this.#freeBytes + buffer.byteLength > mostFreeBytes) return;
    const free = this.#free.get(buffer.byteLength) ?? [];
    this.#free.set(buffer.byteLength, free);
    free.push(Buffer.from(buffer));
    this.#freeBytes += buffer.byteLength;
  }
}
