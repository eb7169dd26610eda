import type { Kysely, Selectable, Transaction } from 'kysely';
import { MakimaError } from '../errors.ts';
import { runChangesRow, runOf } from './rows.ts';
import type { Session, Tables } from './tables.ts';
import type { NewRun, Run, RunChanges, RunRows } from './task-store.ts';

const runsOf = (db: Kysely<Tables>, taskId: string) => db.selectFrom('runs').selectAll().where('taskId', '=', taskId).orderBy('number');

const findRun = async (db: Kysely<Tables>, runId: string): Promise<Run | null> => {
  const row = await db.selectFrom('runs').selectAll().where('runId', '=', runId).executeTakeFirst();
  return row ? runOf(row) : null;
};

const requireRun = async (db: Kysely<Tables>, runId: string): Promise<Run> => {
  const run = await findRun(db, runId);
  if (!run) throw new MakimaError('TASK_NOT_FOUND', `There is no run ${runId}: it went with its task`);
  return run;
};

/**
 * Begins a run within a transaction of the caller's.
 * @param task - what its row says of how its next run begins, and for how long its earlier ones ran
 */
export const insertRun = async (
  trx: Transaction<Tables>,
  taskId: string,
  run: NewRun,
  task: Pick<Selectable<Tables['tasks']>, 'resumeNext' | 'runningMs' | 'startedAt'>,
): Promise<Run> => {
  const earlier = (await runsOf(trx, taskId).execute()).at(-1);
  if (earlier && earlier.state !== 'ended') {
    throw new MakimaError('TASK_ACTIVE', `Run ${earlier.number} of the task has not ended`, { details: { runId: earlier.runId } });
  }
  const row = {
    runId: run.runId,
    taskId,
    number: (earlier?.number ?? 0) + 1,
    directory: run.directory,
    handle: null,
    state: 'preparing' as const,
    baseUsage: JSON.stringify(run.baseUsage),
    ports: run.ports === null ? null : JSON.stringify(run.ports),
    resume: task.resumeNext,
    usage: null,
    baseRunningMs: task.runningMs,
    createdAt: run.createdAt,
    endedAt: null,
    stopRequested: null,
    stopReason: null,
    keepSubtasks: 0,
    // A task that was started before and has not ended since goes on: what its last run was told is not told again.
    toldAfter: task.startedAt !== null && (earlier?.toldAfter ?? null) !== null ? 0 : null,
    askedAfter: null,
    finishRequested: 0,
    endedByDaemon: 0,
    actsUnasked: 0,
    exitCode: null,
  };
  return runOf(await trx.insertInto('runs').values(row).returningAll().executeTakeFirstOrThrow());
};

/** Changes a run within a transaction of the caller's. */
export const changeRun = async (trx: Transaction<Tables>, runId: string, changes: RunChanges): Promise<Run> => {
  const row = runChangesRow(changes);
  if (Object.values(row).some((value) => value !== undefined)) await trx.updateTable('runs').set(row).where('runId', '=', runId).execute();
  return requireRun(trx, runId);
};

export const runRows = ({ read, write }: Session): RunRows => ({
  createRun: (taskId, run) => write((trx) => insertRun(trx, taskId, run, { resumeNext: 0, runningMs: 0, startedAt: null })),

  updateRun: (runId, changes) => write((trx) => changeRun(trx, runId, changes)),

  endRun: (runId, { exitCode, endedAt }) =>
    write(async (trx) => {
      const run = await requireRun(trx, runId);
      return run.state === 'ended' ? run : changeRun(trx, runId, { state: 'ended', exitCode, endedAt });
    }),

  getRun: (runId) => read((db) => findRun(db, runId)),

  currentRun: (taskId) =>
    read(async (db) => {
      const row = await runsOf(db, taskId).where('state', '<>', 'ended').executeTakeFirst();
      return row ? runOf(row) : null;
    }),

  listRuns: (taskId) => read(async (db) => (await runsOf(db, taskId).execute()).map(runOf)),

  activeRuns: () =>
    read(async (db) => (await db.selectFrom('runs').selectAll().where('state', '<>', 'ended').orderBy('seq').execute()).map(runOf)),
});
