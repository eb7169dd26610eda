import type { EventType } from '../../schemas/event.ts';
import type { EventPlace } from './ids/event-place.ts';
import type { Visible } from './follow-all.ts';
import type { Warn, WriteBytes } from './log-file.ts';
import type { Beside } from './made/beside.ts';

export interface EventLogOptions {
  /** The directory of the logs, ours alone. Made if it is missing. */
  directory: string;
  now: () => Date;
  /** Told of cut-off and damaged records. */
  warn?: Warn;
  /** How many logs stay open for writing; 256 if not given. */
  maxOpenFiles?: number;
  /** For tests of a disk that fails. */
  write?: WriteBytes;
}

/** What of a task's events a reader wants. */
export interface FollowOptions {
  /** The place after which to go on; 0 is from the first event that is left. */
  after: EventPlace;
  /** The types to deliver; null is all that are logged. */
  types: readonly EventType[] | null;
  /** What is said to it beside. */
  beside?: Beside;
  signal: AbortSignal;
}

/** The same of the events of all tasks. */
export interface FollowAllOptions extends Omit<FollowOptions, 'after'> {
  /** null is those from now on. */
  after: EventPlace | null;
  /** Asked again for each task whenever it has new events. */
  visible: Visible;
}
