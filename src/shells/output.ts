import { endLength } from './script.ts';

export interface Ending {
  /** All that came before the word of the end. */
  output: Buffer;
  status: number;
  /** What came behind it, from a process that the command has left. */
  behind: Buffer;
}

/**
 * Takes in what comes over one pipe until the word that the command has ended.
 * @param mark - what that word begins with
 * @returns takes a chunk; null until the end is there
 */
export const untilEnd = (mark: string): ((chunk: Buffer) => Ending | null) => {
  const word = Buffer.from(mark);
  const length = word.length + endLength;
  const chunks: Buffer[] = [];
  let total = 0;
  /** The last bytes before the chunk: the word may have come in two. */
  let tail: Buffer = Buffer.alloc(0);
  return (chunk) => {
    chunks.push(chunk);
    const seen = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
    total += chunk.length;
    const at = seen.indexOf(word);
    if (at === -1 || seen.length < at + length) {
      tail = seen.subarray(Math.max(0, seen.length - length + 1));
      return null;
    }
    const begins = total - seen.length + at;
    const all = chunks.length === 1 ? chunk : Buffer.concat(chunks, total);
    const status = Number(all.toString('latin1', begins + word.length, begins + length));
    return { output: all.subarray(0, begins), status, behind: all.subarray(begins + length) };
  };
};
