import type { MergeConflict } from '../../../schemas/merge.ts';
import type { MergeRecord } from './record.ts';

/**
 * What the caller stores of a merge, so that whoever comes after a crash knows how it stands. Each resolves once it is stored.
 * A merge has begun with `begun`, and is over with `committed` or `aborted`, after which nobody comes back to it.
 */
export interface MergeJournal {
  /** The plan, before anything of the worktree is touched. */
  begun(record: MergeRecord): Promise<void>;
  /** Another plan in the place of the last, which has touched nothing: the worktree has changed since. */
  plannedAnew(record: MergeRecord): Promise<void>;
  /** It waits for somebody to resolve its conflicts. */
  leftOpen(conflicts: MergeConflict[]): Promise<void>;
  /** A conflict was resolved, and so many are left. */
  resolved(conflict: MergeConflict, conflictsLeft: number): Promise<void>;
  /** It is about to be taken back. */
  aborting(): Promise<void>;
  /** It is over: a commit of HEAD's history has it. */
  committed(record: MergeRecord, commit: string): Promise<void>;
  /** It is over: nothing of it is in the worktree. */
  aborted(reason: string | null): Promise<void>;
  /** Told of each point at which a crash must do no harm. */
  reached(point: string): void;
  /** Told why a merge that failed could not be taken back: the next one who asks for it goes on from there. */
  notTakenBack(error: unknown): void;
}
