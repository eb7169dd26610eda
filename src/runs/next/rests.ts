import { setTimeout as delay } from 'node:timers/promises';
import type { Task, WaitsFor } from '../../../schemas/task.ts';
import { isActive, isTerminal } from '../../domain/status-machine.ts';
import { createTogether } from '../../domain/together.ts';
import { unlessRefused } from '../../ledger/unless-refused.ts';
import type { RunContext } from '../context.ts';
import type { TaskRun } from '../life-of-run.ts';
import { composeInbox } from '../messages/compose-inbox.ts';
import { untilDone } from '../until-done.ts';

type Parts = Pick<RunContext, 'store' | 'ledger' | 'tellParents' | 'timing' | 'now' | 'newId' | 'reached' | 'report'>;

/** Orchestrators at rest whose agents work one turn a process: none of theirs runs, and their seats are held until there is something to tell them. */
export interface Rests {
  /** @param run - which waits, its seat held */
  hold(task: Task, run: Pick<TaskRun, 'phase' | 'seat' | 'over'>): void;
  /** Something was said to a task, which may be one of them. */
  look(taskId: string): void;
}

const nothingLeft = 'None of your subtasks is active any more, and there is nothing of them to tell you. Go on, and finish with done.';

/**
 * Looks when a subtask has ended or asks, and when something is said to one, and not else.
 * @param detach - fires when the daemon shuts down; the next one looks anew
 */
export const createRests = (parts: Parts, detach: AbortSignal): Rests => {
  const { store, ledger, timing } = parts;
  const looks = new Map<string, () => void>();

  const note = async (taskId: string, waitsFor: WaitsFor): Promise<void> => {
    const now = await store.getTask(taskId);
    if (JSON.stringify(now?.waitsFor) === JSON.stringify(waitsFor)) return;
    // Where it waits no more, that says nothing of it.
    await unlessRefused(() => ledger.update(taskId, { waitsFor }, [], { in: ['queued'] }), 'TASK_ACTIVE', 'TASK_NOT_FOUND');
  };
  /** Whether there is something to tell it by now; it is stored then. */
  const isToBeTold = async (task: Task): Promise<boolean> => {
    if ((await store.waitingMessages(task.id)).length > 0) return true;
    // Before the inbox: what ends in between is in that.
    const active = (await store.listChildren(task.id)).filter(({ status }) => isActive(status)).map(({ id }) => id);
    const last = (await store.listRuns(task.id)).at(-1);
    if (last && (await composeInbox(parts, { task, run: last }, 0))) return true;
    if (active.length > 0) {
      await note(task.id, { kind: 'subtasks', taskIds: active });
      return false;
    }
    const message = { id: parts.newId(), taskId: task.id, kind: 'inbox' as const, text: nothingLeft, createdAt: parts.now().toISOString() };
    await unlessRefused(() => ledger.commit(store.putMessage(message)), 'TASK_NOT_RUNNING', 'TASK_NOT_FOUND');
    return true;
  };

  const hold: Rests['hold'] = (task, run) => {
    const leave = (): void => {
      unwatch();
      looks.delete(task.id);
    };
    const look = async (): Promise<void> => {
      if (run.phase !== 'queued' || detach.aborted || !looks.has(task.id) || !(await isToBeTold(task))) return;
      await note(task.id, { kind: 'slot' });
      run.seat.release();
      leave();
    };
    // What happens to several subtasks shortly after one another is told at once.
    const gather = (): Promise<unknown> => delay(timing.gather, null, { signal: detach }).catch(() => null);
    const together = createTogether(() => untilDone(parts, `looking what task ${task.id} is to be told`, look, detach), gather);
    const unwatch = ledger.watchBelow(task.id, (subtask) => {
      if (isTerminal(subtask.status) || subtask.status === 'blocked') void together();
    });
    looks.set(task.id, () => void together());
    void run.over.then(leave);
    void together();
  };
  return { hold, look: (taskId) => looks.get(taskId)?.() };
};
