import { messageKinds, type MessageKind } from '../../../schemas/message.ts';
import type { TaskStatus } from '../../../schemas/task.ts';
import { createTurns } from '../../domain/turns.ts';
import { MakimaError } from '../../errors.ts';
import type { AcceptedInput } from '../../process/write-input.ts';
import type { AgentInput } from '../supervision/agent-input.ts';
import type { WatchedRun, WatchParts } from '../supervision/run-state.ts';
import { untilDone } from '../until-done.ts';
import type { Mailbox } from './mailbox.ts';

/** How long an answer to a message waits to be able to say that the agent has it. */
const deliveryWait = 2000;

/**
 * The mailbox of an agent that is looked after.
 * @param watched.consider - called when there is nothing any more for which the agent was not to be let end
 */
export const openMailbox = (
  context: Pick<WatchParts, 'store' | 'ledger' | 'reached' | 'report'>,
  watched: Pick<WatchedRun, 'task' | 'run' | 'driver' | 'tracker' | 'state' | 'isStopping' | 'detach'> & {
    input: Pick<AgentInput, 'hand'>;
    consider: () => void;
  },
): Mailbox => {
  const { task, run, driver, tracker, state, input, detach } = watched;
  const { store, ledger } = context;
  const inTurn = createTurns();
  let status: TaskStatus = task.status;
  /** Those that somebody waits for to be taken: what cannot be is refused, and not tried again. */
  const sending = new Set<string>();
  /** After how many results something was handed over. */
  let handedAfter = -1;
  /** They are noted in the order in which the agent has them. */
  let lastNote: Promise<unknown> = Promise.resolve();
  /** Those that were written where the agent reads, each with whether it has it in the end, or why that cannot be. */
  const written = new Map<string, Promise<boolean> | MakimaError>();

  /** A paused agent, or one whose task waits for something, gets it when it goes on. */
  const isOpen = (): boolean => status === 'running' && state.opened && !state.inputClosed && !state.exited && !watched.isStopping();
  const isBusy = (): boolean => {
    const { lastTurn, turnOpen, results } = tracker.progress;
    return lastTurn === null || turnOpen || results <= state.askedAfter;
  };
  /** What comes of its subtasks tears no agent out of a turn, and keeps none going whose turn failed. */
  const fitting = (): readonly MessageKind[] => {
    if (isBusy()) return driver.takesMessagesInTurn ? messageKinds.filter((kind) => kind !== 'inbox') : [];
    return tracker.progress.lastTurn?.isError === true ? messageKinds.filter((kind) => kind !== 'inbox') : messageKinds;
  };

  const noteDelivery = async (id: string, accepted: AcceptedInput): Promise<boolean> => {
    try {
      if (!(await accepted.delivered(detach))) return false;
      await untilDone(context, `noting a message of task ${task.id}`, () => ledger.commit(store.deliveredMessage(task.id, id)), detach);
      return true;
    } catch (error) {
      // The run's end, or the next daemon, finds out what became of it.
      if (!detach.aborted) context.report(`handing a message to the agent of task ${task.id}`, error);
      return false;
    }
  };

  const handOver = async (): Promise<void> => {
    if (!store.mayHaveMessages(task.id) || !isOpen()) return;
    // One that works one turn a process has had all that it is told.
    const which = { kinds: fitting(), limit: driver.hasOneTurn ? 0 : driver.takesMessagesInTurn ? null : 1 };
    for (const { id, text } of await ledger.commit(store.handMessages(task.id, run.runId, which))) {
      if (written.has(id)) continue;
      context.reached('message handed');
      const { results } = tracker.progress;
      try {
        const accepted = await input.hand(text, id);
        context.reached('message written');
        if (!accepted.repeated) handedAfter = results;
        const noted = lastNote.then(() => noteDelivery(id, accepted));
        lastNote = noted;
        written.set(id, noted);
      } catch (error) {
        if (!(error instanceof MakimaError) || !(sending.has(id) || error.code === 'AGENT_INPUT_CLOSED')) throw error;
        written.set(id, error);
      }
    }
  };
  const look = async (): Promise<void> => {
    await inTurn(() => untilDone(context, `handing messages to the agent of task ${task.id}`, handOver, detach));
  };

  const unwatch = ledger.watch(task.id, (changed) => {
    if (changed === null || changed.status === status) return;
    ({ status } = changed);
    void look();
  });

  return {
    async send(message) {
      if (state.inputClosed || state.exited) throw new MakimaError('AGENT_INPUT_CLOSED');
      const late = AbortSignal.any([AbortSignal.timeout(deliveryWait), detach]);
      const tooLate = new Promise<false>((resolve) => late.addEventListener('abort', () => resolve(false), { once: true }));
      sending.add(message.id);
      try {
        await ledger.commit(store.putMessage(message));
        context.reached('message put');
        await Promise.race([look(), tooLate]);
      } finally {
        sending.delete(message.id);
        watched.consider();
      }
      const delivery = written.get(message.id);
      if (delivery === undefined) return { delivered: false };
      if (!(delivery instanceof MakimaError)) return { delivered: await Promise.race([delivery, tooLate]) };
      await ledger.commit(store.withdrawMessage(task.id, message.id, { handed: true }));
      throw delivery;
    },
    look,
    isOwing: () => sending.size > 0 || tracker.progress.results <= handedAfter,
    stop: unwatch,
  };
};
