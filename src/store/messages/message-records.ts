import type { MessageKind } from '../../../schemas/message.ts';

/** Something that an agent is to be told, in the order in which it was put. */
export interface NewMessage {
  /** Known for a repeat: what was put with it once is not put again. */
  id: string;
  taskId: string;
  kind: MessageKind;
  text: string;
  createdAt: string;
}

export interface MessageRecord extends NewMessage {
  /** `handed`: the run has it and hands it over, whether the daemon lives or not. */
  state: 'waiting' | 'handed' | 'delivered' | 'withdrawn';
  /** The run to which it was handed. */
  runId: string | null;
}

/** What agents are to be told, of each task in one order. For a task that has none nothing is asked of the database. */
export interface MessageRows {
  /** False where a task has no message that is not settled: then nothing need be asked of it. */
  mayHaveMessages(taskId: string): boolean;
  /**
   * Puts one at the end of its task's order, unless it is there.
   * @throws MakimaError TASK_NOT_FOUND, TASK_NOT_RUNNING (the task is not active), TOO_MANY_MESSAGES
   */
  putMessage(message: NewMessage): Promise<void>;
  /** What the agent does not have yet, in its order. */
  waitingMessages(taskId: string): Promise<MessageRecord[]>;
  /**
   * Gives those that wait to a run, each with its lines in the task's output.
   * @param which - `limit`: at the most so many; null is all
   * @returns them after those that the run was given before and that are not delivered
   */
  handMessages(taskId: string, runId: string, which: { kinds: readonly MessageKind[]; limit: number | null }): Promise<MessageRecord[]>;
  /** The agent has one that its run was given. Nothing happens where it was not, or its task is gone. */
  deliveredMessage(taskId: string, id: string): Promise<void>;
  /**
   * The run is over: what the agent does not have waits again, in its old place.
   * @param which - those that were `written` to the agent and are not called delivered; of all, those that it left `unread`; `none`: it
   *   has none at all, whatever was called delivered
   */
  settleMessages(taskId: string, runId: string, which: { written: readonly string[]; unread: readonly string[] } | 'none'): Promise<void>;
  /**
   * Takes one back, again to no effect.
   * @param options.handed - also one that a run was given, which its agent does not take
   * @throws MakimaError MESSAGE_NOT_FOUND, MESSAGE_DELIVERED
   */
  withdrawMessage(taskId: string, id: string, options?: { handed: boolean }): Promise<void>;
}
