import type { EventPayload, OutputPayload } from '../../../schemas/event.ts';
import { escapeJson, mostEscaped } from './escape-json.ts';
import { batchGoesOn, newline, tab, type LogState } from './record.ts';

/** A line of output as the bytes that it came in: what an agent prints gets into the log without a string being made of it for that. */
export interface OutputLine extends Pick<OutputPayload, 'type' | 'stream' | 'jsonType' | 'replayed' | 'partial'> {
  /** The content stands here from `from` to `to`: UTF-8, and as it is until it is appended. */
  line: Buffer;
  from: number;
  to: number;
}

/** What can be appended. */
export type Appended = EventPayload | OutputLine;

/** What the events of one batch have in common; their ids follow one another. */
export interface BatchHead {
  firstId: number;
  taskId: string;
  at: string;
}

/** The place is kept from batch to batch, where it is not larger. */
const maxKeptBytes = 4 * 1024 * 1024;
const noBytes = Buffer.alloc(0);

const envelope = ({ taskId, at }: BatchHead, type: string): string => `,"taskId":"${taskId}","type":"${type}","at":"${at}",`;

/** A payload's JSON without its opening brace and type. */
const restOf = (payload: EventPayload): string => {
  const { type, ...rest } = payload;
  return JSON.stringify(rest).slice(1);
};

/** Makes bytes of batches, one after the other in one place, so that a flood of lines leaves nothing to be collected. */
export class BatchEncoder {
  #bytes: Buffer = noBytes;
  #at = 0;
  /** What stands before and after the content of a line, which is the same for many that follow one another. */
  #before: { stream: string; bytes: Buffer } | null = null;
  #after: Pick<OutputLine, 'jsonType' | 'replayed' | 'partial'> & { bytes: Buffer } = { bytes: Buffer.from('"}') };

  /**
   * One batch of records: a line each of the event's JSON, a tab and what is ours alone. JSON holds no raw tab or newline.
   * @param appended - what the events hold, in order
   * @param state - the log's state after the last of them
   * @returns good until the next call
   */
  encode(head: BatchHead, appended: readonly Appended[], state: LogState): Buffer {
    if (this.#bytes.length > maxKeptBytes) this.#bytes = noBytes;
    this.#at = 0;
    this.#before = null;
    const trailer = JSON.stringify(state);
    let id = head.firstId;
    for (const payload of appended) {
      if ('line' in payload) this.#line(id, head, payload);
      else this.#text(`{"id":${id}${envelope(head, payload.type)}${restOf(payload)}`);
      const isLast = ++id - head.firstId === appended.length;
      this.#mark(!isLast ? batchGoesOn : trailer === '{}' ? '' : trailer);
    }
    return this.#bytes.subarray(0, this.#at);
  }

  #line(id: number, head: BatchHead, { type, stream, jsonType, replayed, partial, line, from, to }: OutputLine): void {
    if (this.#before?.stream !== stream)
      this.#before = { stream, bytes: Buffer.from(`${envelope(head, type)}"stream":"${stream}","content":"`) };
    if (this.#after.jsonType !== jsonType || this.#after.replayed !== replayed || this.#after.partial !== partial) {
      const rest = JSON.stringify({ jsonType, replayed, partial }).slice(1);
      this.#after = {
        ...(jsonType !== undefined && { jsonType }),
        ...(replayed && { replayed }),
        ...(partial && { partial }),
        bytes: Buffer.from(rest === '}' ? '"}' : `",${rest}`),
      };
    }
    this.#text(`{"id":${id}`);
    this.#copy(this.#before.bytes);
    this.#ensure(mostEscaped * (to - from));
    this.#at = escapeJson(line, from, to, this.#bytes, this.#at);
    this.#copy(this.#after.bytes);
  }

  #mark(mark: string): void {
    this.#ensure(mark.length + 2);
    this.#bytes[this.#at++] = tab;
    if (mark === batchGoesOn) this.#bytes[this.#at++] = batchGoesOn.charCodeAt(0);
    else this.#text(mark);
    this.#bytes[this.#at++] = newline;
  }

  #copy(bytes: Buffer): void {
    this.#ensure(bytes.length);
    this.#at += bytes.copy(this.#bytes, this.#at);
  }

  #text(text: string): void {
    // No UTF-16 code unit takes more than three bytes; the newline that may follow has its place too.
    this.#ensure(3 * text.length + 1);
    this.#at += this.#bytes.write(text, this.#at, 'utf8');
  }

  #ensure(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length, 16 * 1024));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
