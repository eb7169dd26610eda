import type { Approval, ApprovalStatus, DecideApproval } from '../../schemas/approval.ts';
import type { Task } from '../../schemas/task.ts';
import { readDecision } from '../domain/approval-decision.ts';
import { canonicalId } from '../domain/names/canonical-id.ts';
import { MakimaError } from '../errors.ts';
import { eventsOf } from '../runs/asking/words.ts';
import type { ApprovalRecord, RememberedRule } from '../store/task-store.ts';
import { requireTask, type Caller } from './access.ts';
import type { Needs } from './parts.ts';

const toWire = ({ runId, requestId, ...approval }: ApprovalRecord): Approval => approval;

interface Wanted {
  statuses: readonly ApprovalStatus[] | null;
  limit: number;
}

/** What a task's agent has asked, the newest first. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN */
export const listTaskApprovals = async (parts: Needs<'store'>, caller: Caller, taskId: string, wanted: Wanted): Promise<Approval[]> => {
  const task = await requireTask(parts, caller, taskId, 'read');
  return (await parts.store.listApprovals({ taskId: task.id, ...wanted })).map(toWire);
};

/** The same of all tasks that the caller may see. */
export const listApprovals = async ({ store }: Needs<'store'>, caller: Caller, wanted: Wanted): Promise<Approval[]> =>
  (await store.listApprovals({ ...wanted, withinTreeOf: caller.kind === 'tool-key' ? caller.taskId : null })).map(toWire);

/** For which tasks a decision is remembered: an orchestrator's agent decides for those below it, and not for itself. */
const placeOf = async (
  { store }: Needs<'store'>,
  caller: Caller,
  task: Task,
  remember: NonNullable<DecideApproval['remember']>,
): Promise<Pick<RememberedRule, 'taskId' | 'scope'>> => {
  if (remember === 'task') return { taskId: task.id, scope: 'task' };
  if (caller.kind === 'tool-key') return { taskId: caller.taskId, scope: 'below' };
  return { taskId: (await store.ancestors(task.id)).at(-1)?.id ?? task.id, scope: 'tree' };
};

/**
 * What comes with a decision and has no place in what the agent is answered, null where nothing does: words with a yes, and of an agent that
 * takes no reasons those with a no and another input.
 */
const besideAnswer = ({ kind, status, message, updatedInput }: ApprovalRecord, takesReasons: boolean): string | null => {
  if (kind !== 'tool') return null;
  const words = status === 'allowed' || !takesReasons ? message : null;
  const input = takesReasons || updatedInput === null ? null : `Not this, but the same with this instead: ${JSON.stringify(updatedInput)}`;
  return [input, words].filter((each) => each !== null).join('\n\n') || null;
};

const tell = async ({ runs }: Needs<'runs'>, { id, taskId }: ApprovalRecord, text: string): Promise<void> => {
  try {
    await runs.send(taskId, { id, kind: 'user', text });
  } catch (error) {
    // It has ended meanwhile, or has more to read already: the decision counts all the same.
    if (!(error instanceof MakimaError && ['AGENT_INPUT_CLOSED', 'TASK_NOT_RUNNING', 'TOO_MANY_MESSAGES'].includes(error.code)))
      throw error;
  }
};

/**
 * Decides what an agent asks, once. It is answered when the decision is stored; the agent has it when its task has a slot again.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, APPROVAL_NOT_FOUND, APPROVAL_DECIDED, VALIDATION_FAILED, UNAUTHENTICATED (a key that died meanwhile)
 */
export const decideApproval = async (
  parts: Needs<'store' | 'ledger' | 'runs' | 'drivers' | 'now' | 'reached'>,
  caller: Caller,
  taskId: string,
  approvalId: string,
  request: DecideApproval,
): Promise<Approval> => {
  const { store, ledger, runs, drivers, now, reached } = parts;
  const task = await requireTask(parts, caller, taskId, 'command');
  const approval = await store.getApproval(canonicalId(approvalId));
  if (approval?.taskId !== task.id) throw new MakimaError('APPROVAL_NOT_FOUND', `The task has no approval ${approvalId}`);
  if (approval.status !== 'pending')
    throw new MakimaError('APPROVAL_DECIDED', `It is ${approval.status} already`, { details: { status: approval.status } });
  const decided = readDecision(approval, request);
  const decidedAt = now().toISOString();
  const place = decided.remember === null ? null : await placeOf(parts, caller, task, decided.remember);
  const rules = place
    ? approval.suggestions.map((rule) => ({
        ...rule,
        ...place,
        decision: request.decision,
        input: rule.rule === null ? approval.input : null,
        message: decided.message,
        createdAt: decidedAt,
      }))
    : [];
  const stored = await ledger.commit(
    store.decideApproval(approval.id, { ...decided, decidedAt, decidedBy: caller.kind === 'owner' ? 'owner' : 'orchestrator' }, eventsOf, {
      rules,
      ...(caller.kind === 'tool-key' && { keyId: caller.keyId }),
    }),
  );
  reached('approval decided');
  const takesReasons = drivers.find(task.agent)?.takesReasons ?? true;
  const words = besideAnswer(stored, takesReasons);
  // Before its answer, where that may be the end of its turn.
  if (words !== null && !takesReasons) await tell(parts, stored, words);
  runs.decided(stored, rules.length > 0);
  if (words !== null && takesReasons) await tell(parts, stored, words);
  return toWire(stored);
};
