import { MakimaError } from './error.ts';

/** One event of a stream. */
export interface Frame {
  /** The last id that the stream has named, '' before the first. */
  id: string;
  /** `message` where the stream names none. */
  event: string;
  data: string;
}

/** An event that is longer, in characters, is none of a daemon's, and holding it would be the client's end. */
const longestFrame = 64 * 1024 * 1024;

/**
 * Reads `text/event-stream` as the HTML standard has it: lines that end in LF, CR or CRLF and may be cut anywhere by the pieces in which
 * they come, several `data` lines to an event, comments, and an id that holds until the next.
 */
export class SseParser {
  #line = '';
  #endedInCr = false;
  #id = '';
  #event = '';
  #data: string[] = [];
  #length = 0;

  /** The last id that an event had, or a lone `id:` line. */
  id = '';

  /**
   * @param text - the next piece; of the first the byte order mark is taken off already
   * @throws MakimaError UNEXPECTED_ANSWER where one event is longer than any of a daemon's
   */
  *push(text: string): Generator<Frame, void, undefined> {
    let from = 0;
    if (this.#endedInCr && text !== '') {
      this.#endedInCr = false;
      if (text.startsWith('\n')) from = 1;
    }
    const ends = /[\r\n]/g;
    for (;;) {
      ends.lastIndex = from;
      const end = ends.exec(text)?.index;
      if (end === undefined) break;
      const line = this.#line + text.slice(from, end);
      this.#line = '';
      from = end + 1;
      if (text[end] === '\r') {
        if (from === text.length) this.#endedInCr = true;
        else if (text[from] === '\n') from += 1;
      }
      const frame = this.#take(line);
      if (frame !== null) yield frame;
    }
    this.#line += text.slice(from);
    this.#bound(this.#line.length);
  }

  #bound(more: number): void {
    if (this.#length + more > longestFrame)
      throw new MakimaError('UNEXPECTED_ANSWER', `An event is longer than ${longestFrame} characters: what answers is no makima daemon.`);
  }

  /** @returns the event that this line ends */
  #take(line: string): Frame | null {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') {
      this.#bound(value.length);
      this.#length += value.length + 1;
      this.#data.push(value);
    } else if (field === 'event') this.#event = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }

  #dispatch(): Frame | null {
    const [data, event] = [this.#data, this.#event];
    this.#data = [];
    this.#event = '';
    this.#length = 0;
    this.id = this.#id;
    return data.length === 0 ? null : { id: this.id, event: event === '' ? 'message' : event, data: data.join('\n') };
  }
}
