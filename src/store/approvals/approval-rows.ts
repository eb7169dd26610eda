import { sql, type ExpressionBuilder, type Transaction } from 'kysely';
import { MakimaError } from '../../errors.ts';
import { tellParent } from '../inbox/inbox-rows.ts';
import { post } from '../outbox-rows.ts';
import { approvalOf, approvalRow, rememberedRuleOf, rememberedRuleRow } from './convert.ts';
import type { Session, Tables } from '../tables.ts';
import { pathTo, treeOf } from '../task-reads.ts';
import type { ApprovalDecision, ApprovalRecord, ApprovalRows, RememberedRule } from './approval-records.ts';
import { requireKey } from '../tool-key-rows.ts';

/** Of one task: beyond it the oldest go, so that an orchestrator's agent cannot fill the table. */
const maxRules = 1000;

const countWaiting = async (trx: Transaction<Tables>, taskId: string): Promise<number> => {
  const { count } = await trx
    .selectFrom('approvals')
    .where('taskId', '=', taskId)
    .where('status', '=', 'pending')
    .select((e) => e.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
};

const forgetOldest = async (trx: Transaction<Tables>, taskId: string, keep: number): Promise<void> => {
  await trx
    .deleteFrom('approvals')
    .where('seq', 'in', (q) =>
      q
        .selectFrom('approvals')
        .select('seq')
        .where('taskId', '=', taskId)
        .where('status', '<>', 'pending')
        .orderBy('seq', 'desc')
        .limit(1_000_000)
        .offset(keep),
    )
    .execute();
};

const change = async (
  trx: Transaction<Tables>,
  seq: number,
  decision: Partial<ApprovalDecision> | { status: 'withdrawn'; decidedAt: string },
) => {
  const { answers, updatedInput, ...fields } = { answers: null, updatedInput: null, ...decision };
  const row = await trx
    .updateTable('approvals')
    .set({
      ...fields,
      ...(answers !== null && { answers: JSON.stringify(answers) }),
      ...(updatedInput !== null && { updatedInput: JSON.stringify(updatedInput) }),
    })
    .where('seq', '=', seq)
    .returningAll()
    .executeTakeFirstOrThrow();
  return approvalOf(row);
};

const addRules = async (trx: Transaction<Tables>, rules: readonly RememberedRule[]): Promise<void> => {
  for (const rule of rules) await trx.insertInto('approval_rules').values(rememberedRuleRow(rule)).execute();
  for (const taskId of new Set(rules.map((rule) => rule.taskId)))
    await trx
      .deleteFrom('approval_rules')
      .where('seq', 'in', (q) =>
        q.selectFrom('approval_rules').select('seq').where('taskId', '=', taskId).orderBy('seq', 'desc').limit(1_000_000).offset(maxRules),
      )
      .execute();
};

/** Who leads a task is told that its agent waits for an answer. */
const tellParentOf = async (trx: Transaction<Tables>, { id, taskId }: ApprovalRecord): Promise<void> => {
  const task = await trx.selectFrom('tasks').select(['id', 'parentTaskId']).where('id', '=', taskId).executeTakeFirst();
  if (task) await tellParent(trx, task, { kind: 'asked', about: id });
};

/** Of all inputs in one answer, in characters: an agent can ask for a megabyte each time. */
const maxListed = 16_000_000;

const inputLength = (e: ExpressionBuilder<Tables, 'approvals'>) =>
  sql<number>`length(${e.ref('input')}) + coalesce(length(${e.ref('updatedInput')}), 0)`;

/** The last of the newest that are small enough together, and of one at least; null where there is none. */
const lastOfSome = (newestFirst: readonly { seq: number; length: number }[]): number | null => {
  let last: number | null = null;
  let left = maxListed;
  for (const { seq, length } of newestFirst) {
    left -= length;
    if (last !== null && left < 0) break;
    last = seq;
  }
  return last;
};

export const approvalRows = ({ read, write, now }: Session): ApprovalRows => ({
  insertApproval: (approval, { mostWaiting, keep, tooMany }, eventsOf) =>
    write(async (trx) => {
      const known = await trx
        .selectFrom('approvals')
        .selectAll()
        .where('runId', '=', approval.runId)
        .where('requestId', '=', approval.requestId)
        .executeTakeFirst();
      if (known) return { approval: approvalOf(known), isNew: false };
      const isTooMany = approval.status === 'pending' && (await countWaiting(trx, approval.taskId)) >= mostWaiting;
      const stored: ApprovalRecord = isTooMany ? { ...approval, ...tooMany } : approval;
      await trx.insertInto('approvals').values(approvalRow(stored)).execute();
      await forgetOldest(trx, approval.taskId, keep);
      await post(trx, approval.taskId, now(), eventsOf(stored));
      if (stored.status === 'pending') await tellParentOf(trx, stored);
      return { approval: stored, isNew: true };
    }),

  getApproval: (id) =>
    read(async (db) => {
      const row = await db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? approvalOf(row) : null;
    }),

  listApprovals: ({ taskId, runId, withinTreeOf, statuses, limit }) =>
    read(async (db) => {
      const wanted = db
        .selectFrom('approvals')
        .$if(taskId !== undefined, (query) => query.where('taskId', '=', taskId ?? ''))
        .$if(runId !== undefined, (query) => query.where('runId', '=', runId ?? ''))
        .$if(withinTreeOf != null, (query) => query.where('taskId', 'in', treeOf(db, withinTreeOf ?? '')))
        .$if(statuses != null && statuses.length > 0, (query) => query.where('status', 'in', statuses ?? []))
        .orderBy('seq', 'desc')
        .limit(limit);
      const sizes = await wanted.select(['seq', (e) => inputLength(e).as('length')]).execute();
      const last = lastOfSome(sizes);
      return last === null ? [] : (await wanted.selectAll().where('seq', '>=', last).execute()).map(approvalOf);
    }),

  decideApproval: (id, decision, eventsOf, { rules = [], keyId } = {}) =>
    write(async (trx) => {
      await requireKey(trx, keyId);
      const row = await trx.selectFrom('approvals').select(['seq', 'status']).where('id', '=', id).executeTakeFirst();
      if (!row) throw new MakimaError('APPROVAL_NOT_FOUND');
      if (row.status !== 'pending') throw new MakimaError('APPROVAL_DECIDED', `It is ${row.status}`, { details: { status: row.status } });
      const decided = await change(trx, row.seq, decision);
      await addRules(trx, rules);
      await post(trx, decided.taskId, now(), eventsOf(decided));
      return decided;
    }),

  withdrawApprovals: ({ runId, only, allBut = [] }, at, eventsOf) =>
    write(async (trx) => {
      let query = trx.selectFrom('approvals').select(['seq', 'requestId']).where('runId', '=', runId).where('status', '=', 'pending');
      if (only !== undefined) query = query.where('requestId', '=', only);
      const open = (await query.orderBy('seq').execute()).filter(({ requestId }) => !allBut.includes(requestId));
      const withdrawn: ApprovalRecord[] = [];
      for (const { seq } of open) {
        const approval = await change(trx, seq, { status: 'withdrawn', decidedAt: at });
        withdrawn.push(approval);
        await post(trx, approval.taskId, now(), eventsOf(approval));
      }
      return withdrawn;
    }),

  rulesFor: (taskId) =>
    read(async (db) => {
      const rows = await db
        .selectFrom('approval_rules')
        .selectAll()
        .where('taskId', 'in', pathTo(db, taskId))
        .orderBy('seq', 'desc')
        .execute();
      return rows.filter((row) => (row.taskId === taskId ? row.scope !== 'below' : row.scope !== 'task')).map(rememberedRuleOf);
    }),
});
