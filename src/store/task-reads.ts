import type { Kysely } from 'kysely';
import type { Task, TaskStatus } from '../../schemas/task.ts';
import { MakimaError } from '../errors.ts';
import type { RememberedTasks } from './remembered-tasks.ts';
import { taskOf } from './rows.ts';
import type { Session, Tables } from './tables.ts';
import type { TaskReads } from './task-store.ts';

/** A page goes on before this row: tasks made meanwhile have higher numbers and are never met. */
const cursorOf = (seq: number): string => Buffer.from(`before ${seq}`).toString('base64url');

const readCursor = (cursor: string): number => {
  const seq = Number(/^before ([1-9]\d{0,14})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]);
  // Held against its own spelling, since Buffer skips what is no base64.
  if (Number.isNaN(seq) || cursorOf(seq) !== cursor) throw new MakimaError('INVALID_CURSOR');
  return seq;
};

/** The ids of a task and of everything below it. */
export const treeOf = (db: Kysely<Tables>, id: string) =>
  db
    .withRecursive('tree(id)', (q) =>
      q
        .selectFrom('tasks')
        .select('tasks.id')
        .where('tasks.id', '=', id)
        .unionAll(q.selectFrom('tasks').innerJoin('tree', 'tree.id', 'tasks.parentTaskId').select('tasks.id')),
    )
    .selectFrom('tree')
    .select('tree.id');

/** The ids of a task and of everything above it. */
export const pathTo = (db: Kysely<Tables>, id: string) =>
  db
    .withRecursive('path(id, parentTaskId)', (q) =>
      q
        .selectFrom('tasks')
        .select(['tasks.id', 'tasks.parentTaskId'])
        .where('tasks.id', '=', id)
        .unionAll(q.selectFrom('tasks').innerJoin('path', 'path.parentTaskId', 'tasks.id').select(['tasks.id', 'tasks.parentTaskId'])),
    )
    .selectFrom('path')
    .select('path.id');

/** Databases bound the number of parameters of a statement: 32766 in SQLite. */
export const inChunks = <T>(values: readonly T[], size = 1000): T[][] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size));

const readTask = async (db: Kysely<Tables>, tasks: RememberedTasks, id: string): Promise<Task | null> => {
  const remember = tasks.reading();
  const row = await db.selectFrom('tasks').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? remember(taskOf(row)) : null;
};

/** The tasks of these ids in their order; those that nobody remembers by one query. */
const rememberedTasks = async (db: Kysely<Tables>, tasks: RememberedTasks, ids: readonly string[]): Promise<Task[]> => {
  const remember = tasks.reading();
  const found = new Map<string, Task>();
  const missing: string[] = [];
  for (const id of ids) {
    const known = tasks.get(id);
    if (known) found.set(id, known);
    else missing.push(id);
  }
  for (const chunk of inChunks(missing))
    for (const row of await db.selectFrom('tasks').selectAll().where('id', 'in', chunk).execute()) found.set(row.id, remember(taskOf(row)));
  return ids.flatMap((id) => found.get(id) ?? []);
};

const noTasks: Readonly<Record<TaskStatus, number>> = {
  pending: 0,
  queued: 0,
  initializing: 0,
  starting: 0,
  running: 0,
  paused: 0,
  blocked: 0,
  done: 0,
  failed: 0,
  interrupted: 0,
};

export const taskReads = ({ read, tasks }: Session): TaskReads => ({
  getTask: (id) => {
    const known = tasks.get(id);
    return known ? Promise.resolve(known) : read((db) => readTask(db, tasks, id));
  },

  taskIds: () => read(async (db) => (await db.selectFrom('tasks').select('id').execute()).map(({ id }) => id)),

  getTasks: (ids) =>
    read(async (db) => {
      const rows = [];
      for (const chunk of inChunks([...new Set(ids)]))
        rows.push(...(await db.selectFrom('tasks').selectAll().where('id', 'in', chunk).execute()));
      return rows.sort((a, b) => a.seq - b.seq).map(taskOf);
    }),

  listTasks: ({ statuses, parentTaskId, updatedSince, withinTreeOf, limit, cursor }) =>
    read((any) =>
      // Nothing is written between the two queries.
      any.connection().execute(async (db) => {
        let query = db.selectFrom('tasks').select(['seq', 'id']);
        if (statuses && statuses.length > 0) query = query.where('status', 'in', statuses);
        if (parentTaskId === 'none') query = query.where('parentTaskId', 'is', null);
        else if (parentTaskId) query = query.where('parentTaskId', '=', parentTaskId);
        if (updatedSince) query = query.where('updatedAt', '>=', updatedSince);
        if (withinTreeOf) query = query.where('id', 'in', treeOf(db, withinTreeOf));
        // An empty cursor is a bad one, not none.
        if (cursor !== null && cursor !== undefined) query = query.where('seq', '<', readCursor(cursor));
        const rows = await query
          .orderBy('seq', 'desc')
          .limit(limit + 1)
          .execute();
        const page = rows.slice(0, limit);
        const last = page.at(-1);
        const items = await rememberedTasks(
          db,
          tasks,
          page.map(({ id }) => id),
        );
        return { items, nextCursor: rows.length > limit && last ? cursorOf(last.seq) : null };
      }),
    ),

  listChildren: (id) =>
    read(async (db) => (await db.selectFrom('tasks').selectAll().where('parentTaskId', '=', id).orderBy('seq').execute()).map(taskOf)),

  listContinuing: (branch) =>
    read(async (db) =>
      (
        await db
          .selectFrom('tasks')
          .selectAll()
          .where('continuesBranch', 'is not', null)
          .where('branch', '=', branch)
          .orderBy('seq')
          .execute()
      ).map(taskOf),
    ),

  listDescendants: (id) =>
    read(async (db) => {
      const rows = await db
        .selectFrom('tasks')
        .selectAll()
        .where('id', 'in', treeOf(db, id))
        .where('id', '<>', id)
        .orderBy('seq')
        .execute();
      return rows.map(taskOf);
    }),

  ancestors: (id) =>
    read(async (db) => {
      const rows = await db
        .selectFrom('tasks')
        .selectAll()
        .where('id', 'in', pathTo(db, id))
        .where('id', '<>', id)
        .orderBy('depth', 'desc')
        .execute();
      return rows.map(taskOf);
    }),

  countByStatus: () =>
    read(async (db) => {
      const rows = await db
        .selectFrom('tasks')
        .select(['status', (e) => e.fn.countAll().as('count')])
        .groupBy('status')
        .execute();
      const counts = { ...noTasks };
      for (const { status, count } of rows) counts[status] = Number(count);
      return counts;
    }),
});
