import type { Generated, Kysely, Transaction } from 'kysely';
import type { Task } from '../../schemas/task.ts';
import type { ApprovalRecord, RememberedRule } from './approvals/approval-records.ts';
import type { InboxEntry } from './inbox/inbox-records.ts';
import type { MessageRecord } from './messages/message-records.ts';
import type { RememberedTasks } from './remembered-tasks.ts';
import type { Delivery, Integration, OpenMerge, Run, WebhookRecord, WorktreeRecord } from './records.ts';
import type { ToolKeyRecord } from './tool-key-records.ts';

/** A record as its columns hold it: the named fields as JSON text, or as 0 and 1, the others as they are. */
type Row<T, Json extends keyof T, Flag extends keyof T> = Omit<T, Json | Flag> & {
  [K in Json]: null extends T[K] ? string | null : string;
} & { [K in Flag]: number } & {
  /** The order of insertion, total also within one millisecond; no value is used twice. */
  seq: Generated<number>;
};

export interface Tables {
  tasks: Row<Task, 'waitsFor' | 'budget' | 'copyFiles' | 'dependsOn' | 'usage' | 'completion' | 'warnings', 'isOrchestrator'> & {
    idempotencyScope: string | null;
    idempotencyKey: string | null;
    requestHash: string | null;
    /** 1: the next run goes on with the agent's session. */
    resumeNext: number;
    /** How long its agents ran, but for the one that runs. */
    runningMs: Generated<number>;
    /** Since when its agent runs. */
    runningSince: string | null;
    /** What subtasks that were deleted had used. */
    deletedUsage: string | null;
    /** The budgets of which something was told. */
    budgetMarks: string | null;
  };
  runs: Row<
    Omit<Run, 'handle'>,
    'baseUsage' | 'usage' | 'ports',
    'resume' | 'keepSubtasks' | 'finishRequested' | 'endedByDaemon' | 'actsUnasked'
  > & { handle: string | null };
  worktrees: Row<Omit<WorktreeRecord, 'record'>, never, 'isExpired'> & { record: string };
  tool_keys: Row<ToolKeyRecord, never, never>;
  integrations: Row<Integration, never, never>;
  open_merges: Row<Omit<OpenMerge, 'record'>, never, never> & { record: string };
  inbox: Row<Omit<InboxEntry, 'seq'>, never, never>;
  webhooks: Row<WebhookRecord, 'types', never>;
  messages: Row<MessageRecord, never, never>;
  deliveries: Row<Omit<Delivery, 'seq'>, never, never>;
  approvals: Row<ApprovalRecord, 'input' | 'questions' | 'suggestions' | 'answers' | 'updatedInput', never>;
  approval_rules: Row<RememberedRule, 'input', never>;
  outbox: { seq: Generated<number>; taskId: string; at: string; payload: string };
  meta: { key: string; value: string };
}

/** How the rows' files reach the database: what either method resolves with has been committed. */
export interface Session {
  tasks: RememberedTasks;
  /** The tasks that may have messages which are not settled: for all others nothing is asked. */
  mail: Set<string>;
  /** Queries that change nothing. */
  read: <T>(work: (db: Kysely<Tables>) => Promise<T>) => Promise<T>;
  /** One transaction: all of it or, where the work throws, none. */
  write: <T>(work: (trx: Transaction<Tables>) => Promise<T>) => Promise<T>;
  /** The time now, as `Date.prototype.toISOString` prints it. */
  now: () => string;
  /** The same for `updatedAt`: never earlier than one before, also where the clock was set back. */
  changedAt: () => string;
}
