import type { EventChunk } from '../records/record-block.ts';

/** What a reader gets beside what is in the logs: made for it, at places of its stream that the logs' reader finds. */
export interface Beside {
  /**
   * The reader begins.
   * @param ring - called whenever there is something to be said
   * @returns ends it
   */
  listen: (ring: () => void) => () => void;
  /**
   * All that is to be said by now. Asked at the begin and after a ring, at the latest when the reader has had what is there.
   * @param id - of the latest event that the reader has had or passed over: whoever goes on after it misses nothing
   * @param isLast - nothing is asked after this
   */
  said: (id: number, isLast: boolean) => AsyncIterable<EventChunk>;
}
