import type { Ledger } from '../ledger/ledger.ts';
import type { TaskStore } from '../store/task-store.ts';

/** What a merge is noted with. */
export interface MergeParts {
  store: TaskStore;
  ledger: Pick<Ledger, 'flush'>;
  now: () => Date;
  /** Called at each named point at which a crash must do no harm. */
  reached: (point: string) => void;
  /** Reports what went wrong where no caller waits for an answer. */
  report: (what: string, error: unknown) => void;
}
