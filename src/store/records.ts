/** What the store keeps, as the rest of the program sees it: plain values, no trace of how a column holds them. */
import type { EventPayload, LoggedType } from '../../schemas/event.ts';
import type { Task, TaskStatus, Usage } from '../../schemas/task.ts';
import type { PortBlock } from '../domain/port-blocks.ts';
import type { ErrorCode } from '../errors.ts';
import type { NewMessage } from './messages/message-records.ts';

/** What of a task may change after it was made, its status apart: that moves by a transition alone. */
export type TaskChanges = Partial<Omit<Task, 'id' | 'status' | 'parentTaskId' | 'depth' | 'createdAt' | 'updatedAt'>>;

export interface CreateOptions {
  /** A repeat with the same scope, key and hash is answered with the first task. The scope keeps callers apart. */
  idempotency?: { scope: string; key: string; requestHash: string };
  /** Go to the outbox in the same transaction; a repeat adds none. */
  events?: EventPayload[];
  /** TOO_MANY_TASKS where as many are stored already. */
  /** 0 is no bound. */
  maxTasks?: number;
  /** The tool key that asks for it: UNAUTHENTICATED where it was revoked meanwhile. */
  keyId?: string;
}

export interface TaskFilter {
  /** Any of these; null or none: whatever it is. */
  statuses?: readonly TaskStatus[] | null;
  /** `none`: those that have no parent. */
  parentTaskId?: string | null;
  /** In ISO 8601 as the store writes it. */
  updatedSince?: string | null;
  /** This task and all below it, nothing else: what a tool key may see. */
  withinTreeOf?: string | null;
  /** 1 or more; the caller bounds it. */
  limit: number;
  cursor?: string | null;
}

export interface TaskPage {
  items: Task[];
  /** null on the last page. */
  nextCursor: string | null;
}

export interface Transition {
  to: TaskStatus;
  /** Only from these, where the status machine allows them; left out: from every status it allows. */
  from?: TaskStatus[];
  /** Changes in the same transaction. Without a `waitsFor` the task waits for nothing from then on. */
  patch?: TaskChanges;
  /** Why, for whoever reads the status event. */
  reason?: string;
  /** Follow the status event in the outbox. */
  events?: EventPayload[];
  /** A run that begins in the same transaction; whether it resumes is what the task was queued with. */
  newRun?: NewRun;
  /** How the task's next run begins: with the agent's session, or anew; left out: as it was. It stays over a start that is done again. */
  resume?: boolean;
  /** Messages that are put in the same transaction, of this task or another. */
  messages?: readonly NewMessage[];
  /**
   * A run that changes in the same transaction. It must be this task's and not have ended, so that a late
   * word from an earlier run cannot move the task's next one.
   */
  run?: { runId: string; changes: RunChanges };
  /** Until when its agent ran, where that was before now: it ended while nobody looked. In ISO 8601. */
  ranUntil?: string;
  /** The error where the task is in none of these states; INVALID_TRANSITION where left out. */
  code?: ErrorCode;
  /** The tool key that asks for it: UNAUTHENTICATED where it was revoked meanwhile. */
  keyId?: string;
}

export type RunState = 'preparing' | 'running' | 'ended';

/** One start of a task's agent. */
export interface Run {
  runId: string;
  taskId: string;
  /** 1 is the task's first. */
  number: number;
  /** The absolute path of the run directory. */
  directory: string;
  /** How the process is found again: plain JSON that runs/ writes, and checks when it reads; null before there is one. */
  handle: unknown;
  state: RunState;
  /** The sum of the task's earlier runs, to which this run's own usage is added. */
  baseUsage: Usage;
  /** That are its own as long as it is not over; null where it has none. */
  ports: PortBlock | null;
  /** It goes on with the agent's own session, if there is one. */
  resume: boolean;
  /** What its agent has used by itself; null where it has told nothing of that. */
  usage: Usage | null;
  /** For how long the task's earlier runs ran, in milliseconds. */
  baseRunningMs: number;
  createdAt: string;
  endedAt: string | null;
  /**
   * The status the task takes when the process has ended, where a stop was asked for: interrupted by somebody; the others by the daemon,
   * done where the agent was at rest then, if nothing is left of the work.
   */
  stopRequested: 'interrupted' | 'failed' | 'done' | null;
  /** Of a stop that nobody but the daemon asked for: why, and what to do. */
  stopReason: string | null;
  /** Its agent was told to act unasked: nobody is asked whether it may do what it asks for all the same. */
  actsUnasked: boolean;
  /** The task was reported done; the agent is only being waited for. */
  finishRequested: boolean;
  /** A stop of this run leaves the subtasks running. */
  keepSubtasks: boolean;
  /** After how many results of its agent it was told what is left of its task; null where it was not. */
  toldAfter: number | null;
  /** After how many results of its agent it was last told of its subtasks; null where it was not. */
  askedAfter: number | null;
  /** The daemon ended a process that lingered after its last result: its exit status then says nothing. */
  endedByDaemon: boolean;
  exitCode: number | null;
}

export type NewRun = Pick<Run, 'runId' | 'directory' | 'baseUsage' | 'ports' | 'createdAt'>;

export type RunChanges = Partial<
  Pick<
    Run,
    | 'handle'
    | 'state'
    | 'actsUnasked'
    | 'baseUsage'
    | 'usage'
    | 'endedAt'
    | 'stopRequested'
    | 'stopReason'
    | 'keepSubtasks'
    | 'toldAfter'
    | 'finishRequested'
    | 'endedByDaemon'
    | 'exitCode'
  >
>;

export interface WorktreeRecord {
  taskId: string;
  /** Plain JSON that git/ wrote; check it when it is read. */
  record: unknown;
  /** The git directory it belongs to. */
  repositoryDir: string;
  /** When it was made, or brought back. */
  createdAt: string;
  /** Since when its files are put away, what was in them kept in its repository; null where they are there. */
  awaySince: string | null;
  /** Its passing snapshots were deleted since. */
  isExpired: boolean;
}

/** That a subtask's work was brought into its parent's worktree, or left out on purpose. */
export interface Integration {
  subtaskId: string;
  /** The parent. */
  taskId: string;
  state: 'merged' | 'skipped';
  /** What the parent's branch came to by the merge; null where it was skipped. */
  commitSha: string | null;
  /** The commit that was merged, and its tree: what the subtask's worktree held then. */
  sourceCommit: string | null;
  sourceTree: string | null;
  /** Why it was skipped. */
  reason: string | null;
  at: string;
}

/** `applying`: the worktree is being changed; `open`: there are conflicts, or were; `aborting`: it is being put back. */
export type MergePhase = 'applying' | 'open' | 'aborting';

/** A merge that has begun in a worktree and not ended. */
export interface OpenMerge {
  /** The task whose worktree it is. */
  taskId: string;
  subtaskId: string;
  sourceBranch: string;
  phase: MergePhase;
  /** Plain JSON that git/ wrote; check it when it is read. */
  record: unknown;
  startedAt: string;
}

/** An event that the log has not taken yet. */
export interface OutboxEvent {
  /** Grows over all tasks and is never used twice, also not after its row is gone. */
  seq: number;
  taskId: string;
  /** When it was committed. */
  at: string;
  payload: EventPayload;
}

/** An address to which events are posted. */
export interface WebhookRecord {
  id: string;
  url: string;
  types: LoggedType[];
  /** Of this task and those below it alone; null is of all. */
  taskId: string | null;
  /** What bodies are signed with. It is needed at each of them, so it is stored as it is. */
  secret: string;
  /** The last event before it was made. */
  since: number;
  createdAt: string;
  lastDeliveredAt: string | null;
  lastError: string | null;
  lastErrorAt: string | null;
  /** When and why it was switched off. */
  disabledAt: string | null;
  reason: string | null;
}

/** Something that a webhook is to be told. */
export interface NewDelivery {
  webhookId: string;
  /** The same at every try. */
  messageId: string;
  /** Of one task the lowest is told first; what waits already is not put there again. */
  eventId: number;
  /** Empty where it is of no single task. */
  taskId: string;
  body: string;
}

export interface Delivery extends NewDelivery {
  seq: number;
  /** How often it was tried in vain. */
  tries: number;
  /** When it was first tried in vain. */
  failingSince: string | null;
  /** Not before; null is at once. */
  nextAt: string | null;
}
