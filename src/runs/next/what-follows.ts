import type { WaitsFor } from '../../../schemas/task.ts';
import { isActive } from '../../domain/status-machine.ts';
import type { NewMessage, Run } from '../../store/task-store.ts';
import type { RunContext, RunOfTask } from '../context.ts';
import { composeInbox } from '../messages/compose-inbox.ts';
import { whatIsLeft } from '../messages/what-is-left.ts';

type Parts = Pick<RunContext, 'store' | 'ledger' | 'tellParents' | 'now' | 'newId' | 'reached'>;

/** That a task goes on though its agent's process has ended. */
export interface Following {
  /** Until when its next run does not begin. */
  waitsFor: WaitsFor;
  /** In a line of its log. */
  words: string;
  /** What its next run is told, beside what waits for it already. */
  message?: NewMessage;
  /** Of the run that ended. */
  changes?: Pick<Run, 'toldAfter'>;
}

const atOnce = (words: string): Following => ({ waitsFor: { kind: 'slot' }, words });

/**
 * What follows the run of an agent that works one turn a process, has ended it well and has a session to go on with: messages that came
 * meanwhile; of an orchestrator what its subtasks came to, a wait for those that are active, and once what is left. Can be repeated.
 * @param results - how many its agent has given
 * @returns null where nothing does
 */
export const whatFollows = async (context: Parts, { task, run }: RunOfTask, results: number): Promise<Following | null> => {
  const { store } = context;
  if (task.sessionId === null) return null;
  const { length } = await store.waitingMessages(task.id);
  if (length > 0) return atOnce(`The agent has ended its turn, and goes on with ${length === 1 ? 'a message' : `${length} messages`}`);
  if (!task.isOrchestrator) return null;
  // Before the inbox: what ends in between is in that.
  const active = (await store.listChildren(task.id)).filter(({ status }) => isActive(status));
  if (await composeInbox(context, { task, run }, results)) return atOnce('The agent has ended its turn, and goes on with its subtasks');
  if (active.length > 0)
    return {
      waitsFor: { kind: 'subtasks', taskIds: active.map(({ id }) => id) },
      words: `The agent is at rest; it will be told when its ${active.length} active subtasks have ended`,
    };
  const left = run.toldAfter === null ? await whatIsLeft(context, task) : null;
  if (left === null) return null;
  return {
    ...atOnce('The agent has ended its turn with something left to do, and is told so'),
    message: { id: context.newId(), taskId: task.id, kind: 'inbox', text: left, createdAt: context.now().toISOString() },
    changes: { toldAfter: results },
  };
};
