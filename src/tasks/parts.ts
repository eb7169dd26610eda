import type { DiskUsage, Info } from '../../schemas/info.ts';
import type { AgentDrivers } from '../agents/index.ts';
import type { Completions } from '../completion/completions.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Places } from '../git/repository/index.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Ports } from '../runs/ports/ports.ts';
import type { Runs } from '../runs/runs.ts';
import type { TaskStore } from '../store/task-store.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';

/** What the verbs work with, by name. A verb says with `Needs` which of them it uses; the composition root has them all. */
export interface Parts {
  store: TaskStore;
  log: EventLog;
  ledger: Ledger;
  runs: Runs;
  ports: Ports;
  completions: Completions;
  webhooks: Webhooks;
  drivers: AgentDrivers;
  directories: Places;
  /** The directory of all that the daemon keeps. */
  home: string;
  /** The identity of the home, which goes with it wherever it is moved. */
  homeId: string;
  /** The user's home, for `~`. */
  userHome: string;
  maxDepth: number;
  maxTasks: number;
  /** What a repository's own commands start from, and the most they may take in milliseconds. */
  inheritedEnv: Readonly<Record<string, string>>;
  projectCommandTimeoutMs: number;
  /** Stopping an orchestrator leaves its subtasks running where the request does not say. */
  keepSubtasks: boolean;
  diskSpace: () => Promise<{ freeBytes: number; totalBytes: number }>;
  /** What of it is used for what, as it was last measured. */
  disk: { current: () => DiskUsage };
  /** With less free, new work is refused. */
  minFreeBytes: number;
  now: () => Date;
  newId: () => string;
  /** Called at each named point at which a crash must do no harm; tests crash there, nobody else listens. */
  reached: (point: string) => void;
  /** Reports what went wrong where no caller waits for an answer. */
  report: (what: string, error: unknown) => void;
  /** What the daemon says of itself. */
  daemon: Pick<Info, 'id' | 'version' | 'home' | 'startedAt' | 'limits'>;
}

/** The parts that a function uses. */
export type Needs<Name extends keyof Parts> = Pick<Parts, Name>;
