import type { Task, Warning } from '../../schemas/task.ts';
import type { AgentDriver } from '../agents/driver.ts';
import type { AgentDrivers } from '../agents/index.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Places } from '../git/repository/index.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Run, TaskStore } from '../store/task-store.ts';

/** All in milliseconds. */
export interface RunTiming {
  /** An agent that prints nothing for this long is warned of. */
  silence: number;
  /** From the interrupt to SIGTERM. */
  interruptGrace: number;
  /** From SIGTERM to SIGKILL. */
  terminateGrace: number;
  /** From the last word of an agent whose stdin is closed to its end by the daemon. */
  exitGrace: number;
  /** How long background work may be silent before somebody is told. */
  backgroundWait: number;
  /** How long it may be silent before the agent is no longer waited for, null for ever. */
  backgroundLimit: number | null;
  /** The most that a start of the daemon waits for runs to be taken up. */
  recovery: number;
  /** The most that a project's setup or teardown command may take. */
  projectCommand: number;
}

/** What a run has to know of the tasks below its own, and to do with them. */
export interface Below {
  /** What keeps a task from being done: work of subtasks that would be left behind; null where nothing does. It runs git. */
  whatIsLeft(task: Task): Promise<string | null>;
  /** What somebody should look at: subtasks that nobody attends to, or that all failed. Codes: SUBTASKS_UNATTENDED, SUBTASKS_FAILED. */
  warnings(task: Task): Promise<Warning[]>;
  /** Asks all that was started below the task to stop, and looks again until nothing new is there. Can be repeated. */
  stop(task: Task): Promise<void>;
}

/** What runs work with; the composition root fills it. */
export interface RunContext {
  /** The identity of the home, which goes with it wherever it is moved. */
  homeId: string;
  store: TaskStore;
  log: EventLog;
  ledger: Ledger;
  drivers: AgentDrivers;
  directories: Places & { runs: string };
  userHome: string;
  /** Where agents reach the API. Known once the daemon listens. */
  apiUrl: () => string;
  /** The environment that agents start from, see userEnvironment. */
  inheritedEnv: Readonly<Record<string, string>>;
  timing: RunTiming;
  /** Where a task's log is cut off. */
  maxLogBytes: number;
  now: () => Date;
  newId: () => string;
  /** The subtasks of an orchestrator. */
  below: Below;
  /** One that fails leaves them running. */
  keepSubtasks: boolean;
  /**
   * The completion action of a task that ended well, null where it has none. It can be repeated, and says false where the
   * shutdown has cut it off: the next start goes on with it.
   */
  completionOf: (task: Task) => (() => Promise<boolean>) | null;
  /** Called at each named point of a task's life at which a crash must do no harm; tests crash there, nobody else listens. */
  reached: (point: string) => void;
  /** Reports what went wrong where no caller waits for an answer. */
  report: (what: string, error: unknown) => void;
}

/** One run of one task, and what is known of it. */
export interface RunOfTask {
  task: Task;
  run: Run;
  driver: AgentDriver;
}
