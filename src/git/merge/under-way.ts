import type { Worktree } from '../worktree/index.ts';
import type { MergeJournal } from './journal.ts';
import type { MergeRecord } from './record.ts';

/** A merge that has begun and is not over: the worktree that it is in, what was planned, and who keeps note of it. */
export interface MergeUnderWay {
  into: Worktree;
  record: MergeRecord;
  journal: MergeJournal;
  /** How long the agent's own lock of the index is waited for, in milliseconds; as git needs it where left out. */
  lockWaitMs?: number | undefined;
}

/** A merge as the journal's keeper stored it. */
export interface StoredMerge {
  /** `applying`: the worktree is being changed; `open`: there are conflicts, or were; `aborting`: it is being put back. */
  phase: 'applying' | 'open' | 'aborting';
  /** What `begun` or `plannedAnew` was given last, as plain JSON. */
  record: unknown;
}
