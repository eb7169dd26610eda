import type { AgentDrivers } from '../agents/index.ts';
import type { Completions } from '../completion/completions.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Places } from '../git/repository/index.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Runs } from '../runs/runs.ts';
import type { TaskStore } from '../store/task-store.ts';

/** What the verbs work with; the composition root fills it. */
export interface TaskContext {
  store: TaskStore;
  log: EventLog;
  ledger: Ledger;
  runs: Runs;
  completions: Completions;
  drivers: AgentDrivers;
  /** The user's home, for `~`. */
  userHome: string;
  directories: Places;
  maxDepth: number;
  maxTasks: number;
  /** What a repository's own commands start from, and the most they may take in milliseconds. */
  inheritedEnv: Readonly<Record<string, string>>;
  projectCommandTimeoutMs: number;
  /** Stopping an orchestrator leaves its subtasks running where the request does not say. */
  keepSubtasks: boolean;
  diskSpace: () => Promise<{ freeBytes: number; totalBytes: number }>;
  /** With less free, new work is refused. */
  minFreeBytes: number;
  now: () => Date;
  newId: () => string;
  /** Called at each named point at which a crash must do no harm; tests crash there, nobody else listens. */
  reached: (point: string) => void;
  /** Reports what went wrong where no caller waits for an answer. */
  report: (what: string, error: unknown) => void;
  daemon: { id: string; version: string; home: string; startedAt: string; limits: Record<string, number> };
}
