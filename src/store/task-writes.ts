import type { Transaction } from 'kysely';
import type { EventPayload } from '../../schemas/event.ts';
import type { Task, Warning } from '../../schemas/task.ts';
import { isActive, isTerminal, sourcesOf } from '../domain/status-machine.ts';
import { MakimaError } from '../errors.ts';
import { clearInbox, tellParent } from './inbox/inbox-rows.ts';
import { putMessages } from './messages/message-rows.ts';
import { post } from './outbox-rows.ts';
import { runChangesRow, spentColumns, taskChangesRow, taskOf, taskRow } from './rows.ts';
import { changeRun, insertRun } from './run-rows.ts';
import { keepUsageOfDeleted, runningTime } from './spending/spending-rows.ts';
import type { Session, Tables } from './tables.ts';
import { changeTask, requireTask } from './change-task.ts';
import { inChunks } from './task-reads.ts';
import { requireKey } from './tool-key-rows.ts';
import type { CreateOptions, TaskWrites, Transition } from './task-store.ts';

/** The task of an earlier request with the same key, held against that request. */
const earlierTask = async (trx: Transaction<Tables>, idempotency: NonNullable<CreateOptions['idempotency']>): Promise<Task | null> => {
  const { scope, key, requestHash } = idempotency;
  const row = await trx
    .selectFrom('tasks')
    .selectAll()
    .where('idempotencyScope', '=', scope)
    .where('idempotencyKey', '=', key)
    .executeTakeFirst();
  if (!row) return null;
  if (row.requestHash !== requestHash) throw new MakimaError('IDEMPOTENCY_KEY_REUSED', undefined, { details: { taskId: row.id } });
  return taskOf(row);
};

const countTasks = async (trx: Transaction<Tables>): Promise<number> => {
  const { count } = await trx
    .selectFrom('tasks')
    .select((e) => e.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
};

const create = async (trx: Transaction<Tables>, { tasks, now, changedAt }: Session, task: Task, options: CreateOptions) => {
  const { idempotency, events = [], maxTasks, keyId } = options;
  await requireKey(trx, keyId);
  // First of all: a repeat must be answered also where the limit is reached or the parent is gone since.
  const earlier = idempotency && (await earlierTask(trx, idempotency));
  if (earlier) return { task: earlier, created: false };
  if (maxTasks !== undefined && maxTasks > 0) {
    tasks.count ??= await countTasks(trx);
    if (tasks.count >= maxTasks)
      throw new MakimaError(
        'TOO_MANY_TASKS',
        `There are ${maxTasks} tasks, the most that MAKIMA_MAX_TASKS allows; ended ones count until they are deleted`,
      );
  }
  if (task.parentTaskId !== null) await requireTask(trx, task.parentTaskId);
  const inserted = await trx
    .insertInto('tasks')
    .values({
      ...taskRow(task),
      updatedAt: changedAt(),
      idempotencyScope: idempotency?.scope ?? null,
      idempotencyKey: idempotency?.key ?? null,
      requestHash: idempotency?.requestHash ?? null,
      resumeNext: 0,
    })
    .onConflict((conflict) => conflict.columns(['idempotencyScope', 'idempotencyKey']).doNothing())
    .returningAll()
    .executeTakeFirst();
  if (!inserted) {
    // A database with several connections lets the same request in twice at once; the unique index holds one back.
    const other = idempotency && (await earlierTask(trx, idempotency));
    if (!other) throw new MakimaError('INTERNAL', 'A task could not be stored');
    return { task: other, created: false };
  }
  await post(trx, task.id, now(), events);
  if (tasks.count !== null) tasks.count += 1;
  return { task: taskOf(inserted), created: true };
};

const move = async (trx: Transaction<Tables>, session: Session, id: string, transition: Transition): Promise<Task> => {
  const {
    to,
    from,
    patch = {},
    reason,
    events = [],
    newRun,
    run,
    ranUntil,
    resume,
    messages = [],
    code = 'INVALID_TRANSITION',
    keyId,
  } = transition;
  await requireKey(trx, keyId);
  const current = await requireTask(trx, id);
  const refuse = (detail: string) => new MakimaError(code, detail, { details: { status: current.status } });
  const allowed = sourcesOf(to).filter((status) => from?.includes(status) ?? true);
  if (!allowed.includes(current.status)) throw refuse(`The task is ${current.status} and cannot become ${to}`);
  if (run) {
    const { taskId, state } = await changeRun(trx, run.runId, {});
    if (taskId !== id || state === 'ended') throw refuse('The run has ended and no longer speaks for the task');
    await changeRun(trx, run.runId, run.changes);
  }
  if (newRun) await insertRun(trx, id, newRun, current);
  // What it waited for goes with how it stood.
  const waitsFor = patch.waitsFor ?? null;
  const now = session.now();
  const ran = runningTime(current, to, ranUntil !== undefined && ranUntil < now ? ranUntil : now);
  // Matched on the status that was read, for databases where another connection can move it in between.
  const moved = await changeTask(trx, session, current, {
    ...taskChangesRow({ ...patch, waitsFor }),
    // The queue's order, which a clock that was set back does not turn round.
    ...(to === 'queued' && patch.queuedAt != null && { queuedAt: session.changedAt() }),
    ...ran,
    ...(resume !== undefined && { resumeNext: resume ? 1 : 0 }),
    status: to,
  });
  if (!moved) throw refuse(`The task is no longer ${current.status}`);
  const status: EventPayload = { type: 'status', from: current.status, to, ...(reason !== undefined && { reason }) };
  await post(trx, id, now, [status, ...events]);
  await putMessages(trx, session, messages);
  if (isTerminal(to)) await tellParent(trx, moved, { kind: 'ended', about: '' });
  // Who is done is told nothing more, and an agent that begins anew finds its subtasks as they are.
  if (current.isOrchestrator === 1 && (to === 'done' || (newRun && current.resumeNext === 0))) await clearInbox(trx, id);
  return taskOf(moved);
};

/** Beyond so many nobody reads on; each is a part of every answer that has the task. */
const maxWarnings = 50;
const maxWarningLength = 2000;

const warn = async (trx: Transaction<Tables>, session: Session, id: string, warnings: readonly Warning[]): Promise<Task> => {
  const current = await requireTask(trx, id);
  const known = taskOf(current).warnings;
  const added: Warning[] = [];
  for (const { code, message } of warnings) {
    const cut = { code, message: message.slice(0, maxWarningLength) };
    const isKnown = [...known, ...added].some((each) => each.code === cut.code && each.message === cut.message);
    if (!isKnown && known.length + added.length < maxWarnings) added.push(cut);
  }
  if (added.length === 0) return taskOf(current);
  const changed = await changeTask(trx, session, current, taskChangesRow({ warnings: [...known, ...added] }));
  if (!changed) throw new MakimaError('TASK_ACTIVE', 'The task changed while it was warned of');
  const lines = added.flatMap(({ message }) =>
    message.split('\n').map((content): EventPayload => ({ type: 'output', stream: 'system', level: 'warning', content })),
  );
  await post(trx, id, session.now(), lines);
  return taskOf(changed);
};

const remove = async (trx: Transaction<Tables>, ids: readonly string[]): Promise<void> => {
  const doomed = new Set(ids);
  const rows = [];
  for (const chunk of inChunks([...doomed])) {
    rows.push(
      ...(await trx
        .selectFrom('tasks')
        .select(['seq', 'status', ...spentColumns])
        .where('id', 'in', chunk)
        .execute()),
    );
    const children = await trx.selectFrom('tasks').select('id').where('parentTaskId', 'in', chunk).execute();
    const left = children.find((child) => !doomed.has(child.id));
    if (left) throw new MakimaError('TASK_ACTIVE', `The task has a subtask that was not to be deleted with it: ${left.id}`);
  }
  const active = rows.find((row) => isActive(row.status));
  if (active) throw new MakimaError('TASK_ACTIVE', `Task ${active.id} is ${active.status}`);
  rows.sort((a, b) => a.seq - b.seq);
  await keepUsageOfDeleted(trx, rows);
  // Children before their parents, which were made before them; runs, worktrees, keys and events go with their task.
  const order = rows.toReversed().map((row) => row.id);
  for (const chunk of inChunks(order)) await trx.deleteFrom('tasks').where('id', 'in', chunk).execute();
};

/** One transaction, which leaves a task as it is remembered from then on. */
const leave = async ({ write, tasks }: Session, work: (trx: Transaction<Tables>) => Promise<Task>): Promise<Task> => {
  let order = 0;
  try {
    const task = await write(async (trx) => {
      order = tasks.begin();
      const left = await work(trx);
      tasks.changing([left.id]);
      return left;
    });
    return tasks.written(task, order);
  } catch (error) {
    tasks.failed(order);
    throw error;
  }
};

export const taskWrites = (session: Session): TaskWrites => {
  const { now, tasks } = session;
  return {
    async createTask(task, options = {}) {
      let created = false;
      const made = await leave(session, async (trx) => {
        const answer = await create(trx, session, task, options);
        ({ created } = answer);
        return answer.task;
      });
      return { task: made, created };
    },

    updateTask: (id, changes, events = [], only, run) =>
      leave(session, async (trx) => {
        const current = await requireTask(trx, id);
        const refuse = () =>
          new MakimaError(only?.code ?? 'TASK_ACTIVE', `The task is ${current.status}`, { details: { status: current.status } });
        if (only && !only.in.includes(current.status)) throw refuse();
        const row = taskChangesRow(changes);
        const changed = Object.values(row).some((value) => value !== undefined) ? await changeTask(trx, session, current, row) : current;
        if (!changed) throw refuse();
        if (run) await trx.updateTable('runs').set(runChangesRow(run.changes)).where('runId', '=', run.runId).execute();
        await post(trx, id, now(), events);
        return taskOf(changed);
      }),

    putWorktreeAway: (id, since) =>
      leave(session, async (trx) => {
        const current = await requireTask(trx, id);
        if (isActive(current.status)) throw new MakimaError('TASK_ACTIVE', `The task is ${current.status}`);
        await trx.updateTable('worktrees').set({ awaySince: since }).where('taskId', '=', id).execute();
        const changed = await changeTask(trx, session, current, { overlayPath: null });
        if (!changed) throw new MakimaError('TASK_ACTIVE', 'The task changed while its worktree was put away');
        return taskOf(changed);
      }),

    addWarnings: (id, warnings) => leave(session, (trx) => warn(trx, session, id, warnings)),

    transition: (id, transition) => leave(session, (trx) => move(trx, session, id, transition)),

    async deleteTasks(ids) {
      await session.write(async (trx) => {
        const order = tasks.begin();
        await remove(trx, ids);
        tasks.deleting(ids, order);
      });
      for (const id of ids) session.mail.delete(id);
    },
  };
};
