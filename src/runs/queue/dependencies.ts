import type { Task } from '../../../schemas/task.ts';
import { awaitedBy, readiness, standsOn, type Readiness, type Stands } from '../../domain/queue/readiness.ts';
import { isTerminal } from '../../domain/status-machine.ts';
import { createTogether } from '../../domain/together.ts';
import { unlessRefused } from '../../ledger/unless-refused.ts';
import type { RunContext } from '../context.ts';
import type { TaskRun } from '../life-of-run.ts';
import { untilDone } from '../until-done.ts';

type Parts = Pick<RunContext, 'store' | 'log' | 'ledger' | 'report'>;

/** The tasks that one stands on before it may begin; none is asked for where it names none. */
export const dependenciesOf = async ({ store }: Pick<Parts, 'store'>, task: Task): Promise<string[]> => {
  if (task.dependsOn.length === 0 && task.continueFromTaskId === null) return [];
  const above = task.continueFromTaskId === null || task.parentTaskId === null ? [] : await store.ancestors(task.id);
  return standsOn(
    task,
    above.map(({ id }) => id),
  );
};

/** Whether nothing comes to its work any more. A log that retention has taken away, or that was lost, has had its end. */
export const isThrough = ({ log }: Pick<Parts, 'log'>, task: Task): boolean =>
  isTerminal(task.status) && (log.last(task.id)?.ended ?? true) && task.completion?.status !== 'running';

/**
 * Whether a task may begin.
 * @param ids - those that it stands on
 * @param awaited - for whom it was said to wait before
 */
export const readinessOf = async (
  parts: Pick<Parts, 'store' | 'log'>,
  task: Task,
  ids: readonly string[],
  awaited: ReadonlySet<string>,
): Promise<Readiness> => {
  if (ids.length === 0) return { kind: 'ready' };
  const tasks = await Promise.all(ids.map((id) => parts.store.getTask(id)));
  const on = tasks.flatMap((each): [string, Stands][] => (each ? [[each.id, { task: each, isOver: isThrough(parts, each) }]] : []));
  return readiness(task, ids, new Map(on), awaited);
};

/**
 * Lets a task that waits have its turn when those are done that it stands on, and has it fail where one of them is not, until it begins or
 * is withdrawn. It is looked at when one of them changes, and not else.
 * @param run - whose seat is held
 * @param detach - fires when the daemon shuts down; the next one looks anew
 */
export const awaitDependencies = (
  parts: Parts,
  task: Task,
  run: Pick<TaskRun, 'phase' | 'seat' | 'fail' | 'over'>,
  detach: AbortSignal,
): void => {
  const unwatch: (() => void)[] = [];
  const leave = (): void => {
    for (const end of unwatch.splice(0)) end();
  };
  let awaited = awaitedBy(task.waitsFor);

  const note = async (waitsFor: Task['waitsFor']): Promise<void> => {
    const now = await parts.store.getTask(task.id);
    if (JSON.stringify(now?.waitsFor) === JSON.stringify(waitsFor)) return;
    // Where it waits no more, that says nothing of it.
    const change = () => parts.ledger.update(task.id, { waitsFor }, [], { in: ['queued'] });
    await unlessRefused(change, 'TASK_ACTIVE', 'TASK_NOT_FOUND');
  };
  let ids: string[] | null = null;
  const look = async (): Promise<void> => {
    if (ids === null) {
      ids = await dependenciesOf(parts, task);
      // Watched before they are looked at: what changes between the two is seen.
      for (const id of ids) unwatch.push(parts.ledger.watch(id, lookSoon));
    }
    if (run.phase !== 'queued') {
      leave();
      return;
    }
    const found = await readinessOf(parts, task, ids, awaited);
    if (found.kind === 'failed') {
      leave();
      await run.fail(found.reason);
    } else if (found.kind === 'waits') {
      run.seat.hold();
      awaited = new Set(found.taskIds);
      await note({ kind: 'dependency', taskIds: found.taskIds });
    } else {
      await note({ kind: 'slot' });
      run.seat.release();
    }
  };
  const together = createTogether(() => untilDone(parts, `looking at what task ${task.id} depends on`, look, detach));
  const lookSoon = (): void => void together();
  void run.over.then(leave);
  lookSoon();
};
