export interface RecordHead {
  readonly id: number;
  readonly type: string;
}

/** What is read of a record: the digits of its id begin at `idStart` in it, and end at `idEnd` in its bytes. */
export interface FoundHead extends RecordHead {
  readonly idEnd: number;
}

/** An id has at most 16 digits and a task id at most 64 characters, so this holds every head. */
export const headBytes = 160;

const idOpens = Buffer.from('{"id":');
const taskOpens = Buffer.from(',"taskId":"');
const typeOpens = Buffer.from('","type":"');
const quote = 0x22;
const maxIdDigits = 16;
const maxTaskIdLength = 64;
export const idStart = idOpens.length;
/** From the id to the end of the type: around `taskId`, the task's id, `type` and the type. */
const quotesOfHead = 8;

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isTypeLetter = (byte: number): boolean => (byte >= 0x61 && byte <= 0x7a) || byte === 0x2d; // a–z and the hyphen
const isTaskLetter = (byte: number): boolean => isTypeLetter(byte) || isDigit(byte) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f;

const standsAt = (bytes: Buffer, text: Buffer, at: number, end: number): boolean => {
  if (at + text.length > end) return false;
  for (let n = 0; n < text.length; n++) if (bytes[at + n] !== text[n]) return false;
  return true;
};

/** The id whose digits stand there, with their end; null where none do. */
const readId = (bytes: Buffer, start: number, end: number): { id: number; idEnd: number } | null => {
  if (!standsAt(bytes, idOpens, start, end)) return null;
  let id = 0;
  let at = start + idStart;
  for (let byte = bytes[at] ?? 0; at < end && isDigit(byte); byte = bytes[++at] ?? 0) id = id * 10 + byte - 0x30;
  const digits = at - start - idStart;
  return digits === 0 || digits > maxIdDigits ? null : { id, idEnd: at };
};

/**
 * The id and type of the record at `start`, without parsing it; null where the bytes are no record:
 * `{"id":<digits>,"taskId":"<task id>","type":"<letters>"`.
 */
export const readHead = (bytes: Buffer, start: number, end: number): FoundHead | null => {
  const found = readId(bytes, start, end);
  if (found === null || !standsAt(bytes, taskOpens, found.idEnd, end)) return null;
  const taskAt = found.idEnd + taskOpens.length;
  let at = taskAt;
  while (at < end && isTaskLetter(bytes[at] ?? 0)) at++;
  if (at === taskAt || at - taskAt > maxTaskIdLength || !standsAt(bytes, typeOpens, at, end)) return null;
  const typeAt = at + typeOpens.length;
  at = typeAt;
  while (at < end && isTypeLetter(bytes[at] ?? 0)) at++;
  if (at === typeAt || at >= end || bytes[at] !== quote) return null;
  return { ...found, type: bytes.toString('latin1', typeAt, at) };
};

/**
 * The same where the record is like one before it in all but the id, as nearly all of a log are.
 * @param like - a record of the same bytes, its head read
 * @returns null where it is another, or none
 */
export const readHeadLike = (bytes: Buffer, like: FoundHead, start: number, end: number): FoundHead | null => {
  const found = readId(bytes, start, end);
  if (found === null) return null;
  // Up to the quote behind the type.
  for (let n = 0, quotes = 0; quotes < quotesOfHead; n++) {
    const byte = bytes[like.idEnd + n];
    if (found.idEnd + n >= end || bytes[found.idEnd + n] !== byte) return null;
    if (byte === quote) quotes += 1;
  }
  return { ...found, type: like.type };
};
