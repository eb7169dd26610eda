import { cut, maxText } from './bounds.ts';

/** No line of a patch that an agent reads is longer, in characters. */
const maxLine = 2_000;
/** What of a line is held, in bytes. */
const maxHeld = 64 * 1024;

/** The lines of a stream of bytes, each without its newline, of a very long one the begin. */
async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  let held = 0;
  const hold = (bytes: Buffer): void => {
    if (held < maxHeld) begun.push(bytes);
    held += bytes.length;
  };
  const take = (): string => {
    const line = Buffer.concat(begun).subarray(0, maxHeld).toString('utf8');
    begun = [];
    held = 0;
    return line;
  };
  for await (const chunk of source) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      hold(chunk.subarray(from, end));
      from = end + 1;
      yield take();
    }
    hold(chunk.subarray(from));
  }
  if (held > 0) yield take();
}

/**
 * As many lines of a text as fit.
 * @param fromLine - the first of them, from 1
 * @returns with the line to go on from, null where that was the last
 */
export const readLines = async (source: AsyncIterable<Buffer>, fromLine: number): Promise<{ text: string; nextLine: number | null }> => {
  let text = '';
  let number = 0;
  for await (const line of linesOf(source)) {
    number += 1;
    if (number < fromLine) continue;
    const shown = `${cut(line, maxLine)}\n`;
    if (text !== '' && text.length + shown.length > maxText) return { text, nextLine: number };
    text += shown;
  }
  return { text, nextLine: null };
};
