/** What the store keeps of what agents ask, and what can be done with it; as task-store.ts says of all of it. */
import type { Approval, ApprovalRule, ApprovalStatus } from '../../../schemas/approval.ts';
import type { EventPayload } from '../../../schemas/event.ts';

/** What an agent asks, with how its run names it. */
export interface ApprovalRecord extends Approval {
  runId: string;
  /** The agent's own name of it, by which it is answered. */
  requestId: string;
}

/** What somebody has decided once and for all. */
export interface RememberedRule extends ApprovalRule {
  /** The task for which it was decided, or the one at the top of what it holds for. */
  taskId: string;
  /** `below`: for all below the task and not for itself, since its own agent decided. */
  scope: 'task' | 'tree' | 'below';
  decision: 'allow' | 'deny';
  /** Of a rule that is for one input alone. */
  input: Readonly<Record<string, unknown>> | null;
  /** What the agent is told with a no. */
  message: string | null;
  createdAt: string;
}

export interface ApprovalFilter {
  /** Of this task alone. */
  taskId?: string;
  /** Of this run alone. */
  runId?: string;
  /** Of this task and all below it: what a tool key may see. */
  withinTreeOf?: string | null;
  /** Any of these; null or none: whatever it is. */
  statuses?: readonly ApprovalStatus[] | null;
  limit: number;
}

/** A decision on what an agent asks. */
export interface ApprovalDecision extends Pick<Approval, 'message' | 'answers' | 'updatedInput' | 'remember'> {
  status: Extract<ApprovalStatus, 'allowed' | 'denied' | 'expired'>;
  decidedAt: string;
  decidedBy: NonNullable<Approval['decidedBy']>;
}

export interface ApprovalRows {
  /**
   * Stores what an agent asks, once for its run and its name there.
   * @param options - `mostWaiting` of the task: where as many wait, the row is stored as `tooMany` says. `keep` so many of those
   *   that are decided; the oldest go
   * @param eventsOf - go to the outbox in the same transaction, where it is new
   * @returns it as it is stored, and whether it is new
   * @throws MakimaError TASK_NOT_FOUND
   */
  insertApproval(
    approval: ApprovalRecord,
    options: { mostWaiting: number; keep: number; tooMany: ApprovalDecision },
    eventsOf: (approval: ApprovalRecord) => EventPayload[],
  ): Promise<{ approval: ApprovalRecord; isNew: boolean }>;
  getApproval(id: string): Promise<ApprovalRecord | null>;
  /** The newest first; fewer than asked for where their inputs have more than 16 million characters. */
  listApprovals(filter: ApprovalFilter): Promise<ApprovalRecord[]>;
  /**
   * Decides one that waits.
   * @param also - rules that hold from now on; a tool key that asks for it
   * @throws MakimaError APPROVAL_NOT_FOUND, APPROVAL_DECIDED, UNAUTHENTICATED (keyId)
   */
  decideApproval(
    id: string,
    decision: ApprovalDecision,
    eventsOf: (approval: ApprovalRecord) => EventPayload[],
    also?: { rules?: readonly RememberedRule[]; keyId?: string | undefined },
  ): Promise<ApprovalRecord>;
  /**
   * Those of a run that wait are withdrawn; of them the named one alone, or all but the named ones.
   * @returns them
   */
  withdrawApprovals(
    of: { runId: string; only?: string; allBut?: readonly string[] },
    at: string,
    eventsOf: (approval: ApprovalRecord) => EventPayload[],
  ): Promise<ApprovalRecord[]>;
  /** What was decided once and for all and holds for a task, the latest first. */
  rulesFor(taskId: string): Promise<RememberedRule[]>;
}
