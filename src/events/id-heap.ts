/** The smallest id first. */
export class IdHeap<T> {
  readonly #entries: { id: number; value: T }[] = [];

  /** The smallest id, Infinity where the heap is empty. */
  get smallest(): number {
    return this.#entries[0]?.id ?? Infinity;
  }

  push(id: number, value: T): void {
    const entries = this.#entries;
    let at = entries.push({ id, value }) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!this.#swapIfSmaller(at, up)) break;
      at = up;
    }
  }

  /** Takes out the value with the smallest id. */
  pop(): { id: number; value: T } | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return first;
    entries[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const down = (entries[right]?.id ?? Infinity) < (entries[left]?.id ?? Infinity) ? right : left;
      if (!this.#swapIfSmaller(down, at)) return first;
      at = down;
    }
  }

  #swapIfSmaller(below: number, above: number): boolean {
    const lower = this.#entries[below];
    const upper = this.#entries[above];
    if (lower === undefined || upper === undefined || lower.id >= upper.id) return false;
    this.#entries[below] = upper;
    this.#entries[above] = lower;
    return true;
  }
}
