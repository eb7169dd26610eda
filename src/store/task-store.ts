/**
 * The contract of the task store. What a method resolved with has been committed: it is still true after the
 * process or the machine dies. Each method is one transaction, and transactions do not interleave; what several callers
 * ask for at the same time may be committed at once, so that it is one sync of the disk.
 *
 * Every method throws MakimaError DISK_FULL where it cannot write (nothing of it has then happened) and NOT_READY
 * after close. Times are what `Date.prototype.toISOString` prints.
 */
import type { EventPayload } from '../../schemas/event.ts';
import type { Task, TaskStatus, Warning } from '../../schemas/task.ts';
import type { Relocation } from '../domain/relocation.ts';
import type { ErrorCode } from '../errors.ts';
import type { ApprovalRows } from './approvals/approval-records.ts';
import type { InboxRows } from './inbox/inbox-records.ts';
import type { MessageRows } from './messages/message-records.ts';
import type { SpendingRows } from './spending/spending-records.ts';
import type {
  CreateOptions,
  Delivery,
  Integration,
  MergePhase,
  NewDelivery,
  NewRun,
  OpenMerge,
  OutboxEvent,
  Run,
  RunChanges,
  TaskChanges,
  TaskFilter,
  TaskPage,
  Transition,
  WebhookRecord,
  WorktreeRecord,
} from './records.ts';
import type { ToolKeyRows } from './tool-key-records.ts';

export type * from './approvals/approval-records.ts';
export type * from './inbox/inbox-records.ts';
export type * from './messages/message-records.ts';
export type * from './records.ts';
export type * from './spending/spending-records.ts';
export type * from './tool-key-records.ts';

export interface TaskReads {
  getTask(id: string): Promise<Task | null>;
  /** Of every task there is. */
  taskIds(): Promise<string[]>;
  /** Those of the ids that there are, each once, in the order in which they were made. */
  getTasks(ids: readonly string[]): Promise<Task[]>;
  /**
   * One page, newest first by the order in which they were made (not by the clock, which can step back). Following
   * the cursor shows every task that was there when the first page was read exactly once, whatever is made meanwhile.
   * @throws MakimaError INVALID_CURSOR
   */
  listTasks(filter: TaskFilter): Promise<TaskPage>;
  /** Direct children, oldest first. */
  listChildren(id: string): Promise<Task[]>;
  /** Those that go on with an existing branch of this name, of whatever repository, oldest first. */
  listContinuing(branch: string): Promise<Task[]>;
  /** Everything below the task, without it, oldest first: a parent always comes before its children. */
  listDescendants(id: string): Promise<Task[]>;
  /** Its parent, that one's parent, and so on to the top of the tree. */
  ancestors(id: string): Promise<Task[]>;
  /** Every status is there, 0 where no task is in it. */
  countByStatus(): Promise<Record<TaskStatus, number>>;
}

export interface TaskWrites {
  /**
   * Stores a new task as it is given.
   * @returns the task, and false where it is that of an earlier request with the same idempotency key
   * @throws MakimaError IDEMPOTENCY_KEY_REUSED (same key, another hash), TOO_MANY_TASKS, TASK_NOT_FOUND (no such parent), UNAUTHENTICATED (keyId)
   */
  createTask(task: Task, options?: CreateOptions): Promise<{ task: Task; created: boolean }>;
  /**
   * @param events - go to the outbox in the same transaction
   * @param only - holds the change to these statuses; another is `code`, or TASK_ACTIVE
   * @param run - a run of it that changes in the same transaction
   * @throws MakimaError TASK_NOT_FOUND, or `only.code`
   */
  updateTask(
    id: string,
    changes: TaskChanges,
    events?: EventPayload[],
    only?: { in: readonly TaskStatus[]; code?: ErrorCode },
    run?: { runId: string; changes: RunChanges },
  ): Promise<Task>;
  /**
   * Adds to the task's warnings those that it has not yet, up to 50 in all, each with a warning line of its own in the outbox.
   * @throws MakimaError TASK_NOT_FOUND
   */
  addWarnings(id: string, warnings: readonly Warning[]): Promise<Task>;
  /**
   * Compare and set: of any number of callers exactly one gets a task from one status to another. The `status` event
   * goes to the outbox in the same transaction, followed by the given ones.
   * @throws MakimaError TASK_NOT_FOUND, INVALID_TRANSITION (or `code`), TASK_ACTIVE (newRun while a run has not ended), UNAUTHENTICATED (keyId)
   */
  transition(id: string, change: Transition): Promise<Task>;
  /**
   * Notes that the files of the task's worktree are put away: it has no `overlayPath` any more.
   * @throws MakimaError TASK_NOT_FOUND, TASK_ACTIVE
   */
  putWorktreeAway(id: string, since: string): Promise<Task>;
  /**
   * Deletes the tasks with all that hangs on them; all or none. Ids that are not there are passed over, so that it
   * can be repeated.
   * @throws MakimaError TASK_ACTIVE: one is active, or has a subtask that is not among the ids
   */
  deleteTasks(ids: readonly string[]): Promise<void>;
}

export interface RunRows {
  /**
   * Numbers the run and makes it the task's current one, in state `preparing`.
   * @throws MakimaError TASK_NOT_FOUND, TASK_ACTIVE (the task has a run that has not ended)
   */
  createRun(taskId: string, run: NewRun): Promise<Run>;
  /** @throws MakimaError TASK_NOT_FOUND: there is no such run (it went with its task) */
  updateRun(runId: string, changes: RunChanges): Promise<Run>;
  /**
   * Ends a run. A run that has ended stays as it is: the first exit status counts.
   * @throws MakimaError TASK_NOT_FOUND: there is no such run
   */
  endRun(runId: string, end: { exitCode: number | null; endedAt: string }): Promise<Run>;
  getRun(runId: string): Promise<Run | null>;
  /** The run of the task that has not ended; there is one at the most. */
  currentRun(taskId: string): Promise<Run | null>;
  /** Every run of the task, the first one first. */
  listRuns(taskId: string): Promise<Run[]>;
  /** Every run that has not ended, of all tasks, oldest first. */
  activeRuns(): Promise<Run[]>;
}

export interface WorktreeRows {
  /**
   * Stores or replaces the task's worktree, whose files are there from now on.
   * @param worktree - `record` is plain JSON and comes back as it was given
   * @throws MakimaError TASK_NOT_FOUND
   */
  saveWorktree(worktree: { taskId: string; record: object; repositoryDir: string; createdAt: string }): Promise<void>;
  getWorktree(taskId: string): Promise<WorktreeRecord | null>;
  /** The ids of the tasks that have one. */
  worktreeTaskIds(): Promise<string[]>;
  /** The tasks that ended before then, whose worktrees were made before then and are there; the one that ended first before the others. */
  dueWorktrees(before: string): Promise<string[]>;
  /** Those whose files are there, of tasks that were changed then or later. */
  worktreesChangedSince(since: string): Promise<WorktreeRecord[]>;
  /** Those that were put away before then and whose passing snapshots are not deleted, the one that was put away first before the others. */
  unexpiredWorktrees(before: string, limit: number): Promise<WorktreeRecord[]>;
  /** The passing snapshots of a worktree that is away were deleted, or are to stay. */
  snapshotsExpired(taskId: string): Promise<void>;
  /** Those of the task's direct subtasks whose worktrees are put away, oldest first. */
  awayBelow(taskId: string): Promise<string[]>;
  /** @returns whether there was one */
  deleteWorktree(taskId: string): Promise<boolean>;
  /** Of one repository, or all; oldest first. */
  listWorktrees(repositoryDir?: string): Promise<WorktreeRecord[]>;
}

export interface MergeRows {
  /**
   * Notes a merge before anything of the worktree is touched.
   * @param merge - `record` is plain JSON and comes back as it was given
   * @throws MakimaError MERGE_IN_PROGRESS (the task has one), TASK_NOT_FOUND
   */
  beginMerge(merge: OpenMerge & { record: object }, events?: EventPayload[]): Promise<void>;
  /** @throws MakimaError NO_MERGE_IN_PROGRESS */
  updateMerge(taskId: string, changes: { phase?: MergePhase; record?: object }, events?: EventPayload[]): Promise<void>;
  getMerge(taskId: string): Promise<OpenMerge | null>;
  /** Of all tasks, oldest first. */
  listMerges(): Promise<OpenMerge[]>;
  /** Forgets the merge, and notes what came of it, in one transaction. Can be repeated; the events go to the outbox only the first time. */
  endMerge(taskId: string, integration: Integration | null, events?: EventPayload[]): Promise<void>;
  /** Stores or replaces what became of a subtask. @throws MakimaError TASK_NOT_FOUND */
  saveIntegration(integration: Integration, events?: EventPayload[]): Promise<void>;
  /** Those of a parent's subtasks, oldest first. */
  listIntegrations(taskId: string): Promise<Integration[]>;
}

export interface OutboxRows {
  /** @throws MakimaError TASK_NOT_FOUND */
  addEvents(taskId: string, payloads: readonly EventPayload[]): Promise<void>;
  /** The oldest events that are not settled. @param after - only those with a higher number */
  pendingEvents(limit: number, after?: number): Promise<OutboxEvent[]>;
  /** Forgets every event up to this one: the log has them. */
  settleEvents(upToSeq: number): Promise<void>;
}

export interface WebhookRows {
  /**
   * @param options - `most` that there may be; `lookFrom` where nobody looks at events yet: the event after which that is to begin
   * @throws MakimaError TOO_MANY_WEBHOOKS
   */
  insertWebhook(webhook: WebhookRecord, options: { most: number; lookFrom: string | null }): Promise<void>;
  /** Oldest first. */
  listWebhooks(): Promise<(WebhookRecord & { pending: number })[]>;
  /** With all that it has not been told. @returns whether there was one */
  deleteWebhook(id: string): Promise<boolean>;
  /** The place of the event up to which all were looked at; null where none was. */
  webhooksLookedAt(): Promise<string | null>;
  /** Event ids are counted anew from this one: none was made after it. */
  recountWebhooks(through: number): Promise<void>;
  /** Puts them where they wait, and notes up to which event all were looked at (null: as before). One that is there already stays as it is. */
  queueDeliveries(deliveries: readonly NewDelivery[], lookedAt: string | null): Promise<void>;
  /** Deletes all but the last so many, and has what says so in their place. @param gap - of the event of the last that is gone */
  boundDeliveries(webhookId: string, keep: number, gap: (through: number) => NewDelivery): Promise<void>;
  /**
   * What is to be told next: the first of its task, and of those one that may be told now, else the one that may be first.
   * @returns null where nothing waits
   */
  nextDelivery(webhookId: string, now: string): Promise<Delivery | null>;
  /** It was taken. @param options.hurry - whatever else waits for its time need not any more */
  settleDelivery(delivery: Delivery, options: { at: string; hurry: boolean }): Promise<void>;
  /** It was not taken. */
  postponeDelivery(delivery: Delivery, failure: { error: string; at: string; failingSince: string; nextAt: string }): Promise<void>;
  /** Switches it off, and forgets what it was not told. */
  disableWebhook(id: string, why: { at: string; reason: string; error: string }): Promise<void>;
}

export interface TaskStore
  extends
    TaskReads,
    TaskWrites,
    RunRows,
    WorktreeRows,
    ToolKeyRows,
    MergeRows,
    ApprovalRows,
    InboxRows,
    OutboxRows,
    MessageRows,
    SpendingRows,
    WebhookRows {
  /** A value of the daemon itself, such as its id. */
  getMeta(key: string): Promise<string | null>;
  setMeta(key: string, value: string): Promise<void>;
  /** Changes every path in the home's old place into that in its new one. Can be repeated. */
  relocate(relocation: Relocation): Promise<void>;
  /** Waits for what is under way, then releases the file. Can be repeated. */
  close(): Promise<void>;
}
