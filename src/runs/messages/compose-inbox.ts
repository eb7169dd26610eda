import type { Task } from '../../../schemas/task.ts';
import { inboxMessage, type ToldRequest } from './inbox-message.ts';
import { isActive, isTerminal } from '../../domain/status-machine.ts';
import type { ApprovalRecord, InboxEntry, Run } from '../../store/task-store.ts';
import { whatIsAsked } from '../asking/words.ts';
import type { RunContext } from '../context.ts';

type Parts = Pick<RunContext, 'store' | 'ledger' | 'tellParents' | 'now' | 'newId' | 'reached'>;

/** What is asked still, each with the subtask that asks. */
const openRequests = async ({ store }: Parts, entries: readonly InboxEntry[], subtasks: readonly Task[]): Promise<ToldRequest[]> => {
  const asked: (ApprovalRecord | null)[] = [];
  for (const { kind, about } of entries) if (kind === 'asked') asked.push(await store.getApproval(about));
  return asked.flatMap((approval) => {
    const subtask = subtasks.find(({ id }) => id === approval?.taskId);
    return approval?.status === 'pending' && subtask ? [{ approvalId: approval.id, subtask, what: whatIsAsked(approval) }] : [];
  });
};

/** Those of which nothing is left to do: merged or skipped since they ended, by the agent itself or by somebody for it. */
const settledOf = async ({ store }: Parts, taskId: string, ended: readonly Task[]): Promise<ReadonlySet<string>> => {
  if (ended.length === 0) return new Set();
  const settledAt = new Map((await store.listIntegrations(taskId)).map(({ subtaskId, at }) => [subtaskId, at]));
  return new Set(ended.filter(({ id, completedAt }) => (settledAt.get(id) ?? '') >= (completedAt ?? '~')).map(({ id }) => id));
};

/**
 * Puts what an orchestrator's agent was not told of its subtasks into one message at the end of its order. The entries came with the ends and
 * the requests, and go in the transaction that puts the message, so that each is told once, whatever dies in between.
 * @param results - how many its agent has given
 * @returns whether there is something to be told
 */
export const composeInbox = async (
  context: Parts,
  { task, run }: { task: Pick<Task, 'id'>; run: Pick<Run, 'runId'> },
  results: number,
): Promise<boolean> => {
  const { store, ledger } = context;
  const entries = await store.listInbox(task.id);
  if (entries.length === 0) return false;
  const subtasks = await store.listChildren(task.id);
  const active = subtasks.filter(({ status }) => isActive(status)).length;
  // Muted: it is told when it has nothing else to wait for.
  if (!context.tellParents && active > 0) return false;
  const ids = new Set(entries.filter(({ kind }) => kind === 'ended').map(({ subtaskId }) => subtaskId));
  // One that was started again is told of when it ends again.
  const over = subtasks.filter(({ id, status }) => ids.has(id) && isTerminal(status));
  const settled = await settledOf(context, task.id, over);
  const ended = over.filter(({ id }) => !settled.has(id));
  const asking = await openRequests(context, entries, subtasks);
  const seqs = entries.map(({ seq }) => seq);
  if (ended.length === 0 && asking.length === 0) {
    await store.settleInbox(seqs);
    return false;
  }
  context.reached('inbox composed');
  const message = {
    id: context.newId(),
    taskId: task.id,
    kind: 'inbox' as const,
    text: inboxMessage({ ended, asking, active }),
    createdAt: context.now().toISOString(),
  };
  await ledger.commit(store.tellInbox(message, seqs, { runId: run.runId, results }));
  context.reached('inbox put');
  return true;
};
