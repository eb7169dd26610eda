import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Failure } from './failure.ts';

/** What the contract takes of a plan, in bytes as UTF-8 at the most; who pipes in more has mistaken something. */
const maxBytes = 8_000_000;

const readInput = async (): Promise<string> => {
  const limited = async function* () {
    let bytes = 0;
    const input: AsyncIterable<Buffer> = process.stdin;
    for await (const piece of input) {
      bytes += piece.length;
      if (bytes > maxBytes) throw new Failure(`Standard input holds more than ${maxBytes} bytes: give a shorter text.`);
      yield piece;
    }
  };
  return text(limited());
};

/**
 * A text that is given as arguments, in a file, or on standard input: `-` asks for that, and so does no argument where something is piped in.
 * @param what - it is called in messages
 * @param ways - to give it otherwise than on standard input
 * @throws Failure where there is none, or the file cannot be read
 */
export const readText = async (
  words: readonly string[],
  file: string | undefined,
  what: string,
  ways = 'as an argument, with --file',
): Promise<string> => {
  if (file !== undefined && words.length > 0) throw new Failure(`Give ${what} as an argument or in a file, not both.`);
  const isInput =
    file === undefined ? (words.length === 0 && !process.stdin.isTTY) || (words.length === 1 && words[0] === '-') : file === '-';
  const howToGive = `Give ${what} ${ways}, or on standard input.`;
  if (file === undefined && words.length === 0 && !isInput) throw new Failure(howToGive);
  let given = words.join(' ');
  if (isInput) given = await readInput();
  else if (file !== undefined)
    given = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new Failure(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
    });
  const read = given.replace(/^\uFEFF/, '').trimEnd();
  // Where no terminal is, nothing at all was typed: standard input was nobody's intent.
  if (read.trim() === '' && file === undefined && words.length === 0) throw new Failure(howToGive);
  if (read.trim() === '') throw new Failure(`${what.replace(/^./, (letter) => letter.toUpperCase())} is empty.`);
  return read;
};
