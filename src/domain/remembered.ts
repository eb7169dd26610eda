/**
 * Answers by the question. So many are kept; the one that was set first goes first, so whoever sets again what they got keeps those
 * that were used last.
 */
export class Remembered<T> {
  readonly #max: number;
  readonly #answers = new Map<string, T>();

  constructor(max: number) {
    this.#max = max;
  }

  get(question: string): T | undefined {
    return this.#answers.get(question);
  }

  set(question: string, answer: T): void {
    this.#answers.delete(question);
    this.#answers.set(question, answer);
    for (const first of this.#answers.keys()) {
      if (this.#answers.size <= this.#max) break;
      this.#answers.delete(first);
    }
  }

  delete(question: string): void {
    this.#answers.delete(question);
  }
}
