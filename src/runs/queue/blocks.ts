import type { Task, WaitsFor } from '../../../schemas/task.ts';
import { createTurns } from '../../domain/turns.ts';
import { unlessRefused } from '../../ledger/unless-refused.ts';
import type { RunContext } from '../context.ts';
import { untilDone } from '../until-done.ts';
import type { Seat } from './queue.ts';

type Kind = WaitsFor['kind'];

/**
 * What a running task waits for. Its agent goes on, and is not stopped; but it has nothing to do, so its slot is another's until it is
 * told. It can wait for several things at once, of each kind one; the one that somebody can do most about is shown.
 */
export interface Blocks {
  /** It waits, for one of a kind: what it waited for of that kind before is replaced. @throws MakimaError DISK_FULL: nothing has changed then */
  block(waitsFor: WaitsFor): Promise<void>;
  /**
   * It need not wait any more for what it did of this kind, and goes on when it has a slot again.
   * @returns true when it goes on, or waits for another thing alone; false where it has ended before, or the daemon lets go of it
   */
  unblock(kind: Kind): Promise<boolean>;
  /** It goes on already: it has its slot at once, whoever has the others. @param kind - null is whatever it waits for */
  goOn(kind: Kind | null): Promise<void>;
  /** Has the task say what it waits for, after something else was in the way. */
  align(): Promise<void>;
  /** As an earlier daemon left it. */
  found(task: Task): void;
  /** Whether it waits for something of this kind. */
  has(kind: Kind): boolean;
}

/** What somebody can do something about first. */
const order: readonly Kind[] = ['approval', 'limit', 'subtasks', 'dependency', 'slot'];

/** A change of how a task stands. @returns false where it stands otherwise by now */
const unlessMoved = (change: () => Promise<unknown>): Promise<boolean> => unlessRefused(change, 'INVALID_TRANSITION', 'TASK_ACTIVE');

/**
 * Takes turns with nobody but itself: whoever stops the run waits for what waits for this.
 * @param isRunning - whether there is an agent
 * @param detach - fires when the daemon lets go of it
 */
export const createBlocks = (
  { store, ledger, report, reached }: Pick<RunContext, 'store' | 'ledger' | 'report' | 'reached'>,
  taskId: string,
  seat: Seat,
  isRunning: () => boolean,
  detach: AbortSignal,
): Blocks => {
  const inTurn = createTurns();
  const reasons = new Map<Kind, WaitsFor>();
  let returning: Promise<boolean> | null = null;

  const statusNow = async (): Promise<Task['status'] | null> => (await store.getTask(taskId))?.status ?? null;

  const align = async (): Promise<void> => {
    const waitsFor = order.map((kind) => reasons.get(kind)).find((reason) => reason !== undefined);
    const task = isRunning() && waitsFor ? await store.getTask(taskId) : null;
    if (!task || !waitsFor) return;
    if (task.status === 'running') {
      // Stopped or paused in between: what it waits for is known for when it goes on.
      if (!(await unlessMoved(() => ledger.transition(taskId, { to: 'blocked', from: ['running'], patch: { waitsFor } })))) return;
      reached('blocked');
    } else if (task.status !== 'blocked') return;
    else if (JSON.stringify(task.waitsFor) !== JSON.stringify(waitsFor))
      await unlessMoved(() => ledger.update(taskId, { waitsFor }, [], { in: ['blocked'] }));
    seat.giveBack();
  };

  const goOnNow = async (): Promise<boolean> => {
    // Something else came up while it waited for its slot.
    if (reasons.size > 0) {
      seat.giveBack();
      return true;
    }
    await unlessMoved(() => ledger.transition(taskId, { to: 'running', from: ['blocked'] }));
    reached('unblocked');
    return (await statusNow()) === 'running';
  };
  const goBack = async (): Promise<boolean> => {
    try {
      if (!(await seat.wantBack())) return reasons.size > 0;
      return (await untilDone({ report }, `letting task ${taskId} go on`, () => inTurn(goOnNow), detach)) ?? false;
    } finally {
      returning = null;
    }
  };

  return {
    block: (waitsFor) =>
      inTurn(async () => {
        const before = reasons.get(waitsFor.kind);
        reasons.set(waitsFor.kind, waitsFor);
        try {
          await align();
        } catch (error) {
          if (before) reasons.set(waitsFor.kind, before);
          else reasons.delete(waitsFor.kind);
          throw error;
        }
      }),
    async unblock(kind) {
      const isFree = await inTurn(async () => {
        reasons.delete(kind);
        if (reasons.size === 0) return !isRunning() || (await statusNow()) !== 'blocked';
        await align();
        return true;
      });
      return isFree ? isRunning() : (returning ??= goBack());
    },
    goOn: (kind) =>
      inTurn(async () => {
        const over = kind === null ? [...reasons.keys()] : reasons.has(kind) ? [kind] : [];
        if (over.length === 0 && returning === null) return;
        if (over.length < reasons.size) {
          for (const each of over) reasons.delete(each);
          await align();
          return;
        }
        if (isRunning() && (await unlessMoved(() => ledger.transition(taskId, { to: 'running', from: ['blocked'] })))) seat.takeBack();
        // Not before it has gone on: where that fails, it is tried again.
        reasons.clear();
      }),
    align: () => inTurn(align),
    has: (kind) => reasons.has(kind),
    found(task) {
      // What was said since is newer.
      if (task.status === 'blocked' && task.waitsFor && !reasons.has(task.waitsFor.kind)) reasons.set(task.waitsFor.kind, task.waitsFor);
    },
  };
};
