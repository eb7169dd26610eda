import type { SilenceReason } from '../../schemas/event.ts';
import type { Task, Usage } from '../../schemas/task.ts';
import type { AgentDriver } from '../agents/driver.ts';
import type { AgentDrivers } from '../agents/index.ts';
import type { Completions } from '../completion/completions.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Places } from '../git/repository/index.ts';
import type { PreparedWorktrees } from '../git/worktree/index.ts';
import type { LimitTimes } from '../domain/usage-limit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Run, TaskStore } from '../store/task-store.ts';
import type { Ports } from './ports/ports.ts';

/** All in milliseconds. */
export interface RunTiming {
  /** An agent that prints nothing for this long is told of, by the kind of its silence; null for never. */
  silence: Readonly<Record<SilenceReason, number | null>>;
  /** How long a task waits for the end of a limit of which nobody knows the end, and of one that was over already. */
  limit: LimitTimes;
  /** One that prints nothing for this long is interrupted; null for never. */
  silenceInterrupt: number | null;
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
  /** How long what an agent asks waits for somebody's answer before it is denied, null for ever. */
  approval: number | null;
  /** The least time between two starts of agents. */
  startInterval: number;
  /** How long a task whose agent waited for its subtasks counts as waiting, when no further call of it does. */
  waitGrace: number;
  /** How long the end of a subtask waits for others before an orchestrator at rest is told of it. */
  gather: number;
  /** The most that a start of the daemon waits for runs to be taken up. */
  recovery: number;
  /** The most that a project's setup or teardown command may take. */
  projectCommand: number;
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
  /** Worktrees that are kept ready for the next starts. */
  prepared: PreparedWorktrees;
  /** From which each run gets some of its own. */
  ports: Ports;
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
  /** A task that a limit of its account has parked goes on by itself after it. */
  resumeAfterLimit: boolean;
  /** An orchestrator that fails leaves its subtasks running. */
  keepSubtasks: boolean;
  /** An orchestrator's agent is told of each end of a subtask; else only when none of them runs any more. */
  tellParents: boolean;
  /** What is done with the work of a task that ended well. */
  completions: Pick<Completions, 'atEnd'>;
  /** Told what agents have used beside what it was told before. */
  used: (usage: Usage) => void;
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
