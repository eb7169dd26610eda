import type { EventPayload } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import type { CommitIdentity } from '../git/delivery/index.ts';
import type { TaskChanges, TaskStore } from '../store/task-store.ts';

/** How a task's row and its log change together. */
export interface CompletionLedger {
  update(taskId: string, changes: TaskChanges, events?: EventPayload[]): Promise<Task>;
  say(taskId: string, text: string, level?: 'warning' | 'error'): void;
}

/** What completion actions work with; the composition root fills it. */
export interface CompletionContext {
  store: TaskStore;
  ledger: CompletionLedger;
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
