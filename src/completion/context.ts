import type { CommitIdentity } from '../git/delivery/index.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { TaskStore } from '../store/task-store.ts';

/** What completion actions work with; the composition root fills it. */
export interface CompletionContext {
  store: TaskStore;
  ledger: Pick<Ledger, 'update' | 'say'>;
  /** What `~` stands for. */
  userHome: string;
  /** Where `gh`, GITHUB_TOKEN and GITHUB_API_URL are looked for. */
  inheritedEnv: Readonly<Record<string, string>>;
  /** Who commits where git's configuration names nobody. */
  commitAuthor: CommitIdentity | null;
  /** Fires when the daemon shuts down: an action is cut off, and done again by the next start. */
  shutdown: AbortSignal;
  /** Called at each named point at which a crash must do no harm; tests crash there, nobody else listens. */
  reached: (point: string) => void;
  /** Reports what went wrong where no caller waits for an answer. */
  report: (what: string, error: unknown) => void;
}
