import type { NewMessage } from '../messages/message-records.ts';

/** `ended`: it is done, failed or interrupted; `asked`: it waits for an answer. */
export type InboxKind = 'ended' | 'asked';

/** What an orchestrator's agent was not told yet of a subtask. */
export interface InboxEntry {
  /** Grows over all tasks. */
  seq: number;
  /** The orchestrator. */
  taskId: string;
  subtaskId: string;
  kind: InboxKind;
  /** The id of the approval that was asked for; empty for an end. */
  about: string;
}

/** Entries come with the change that they tell of, in one transaction: the end of a task that has a parent, a request of its agent. */
export interface InboxRows {
  /** What a task's agent was not told yet of its subtasks, oldest first. */
  listInbox(taskId: string): Promise<InboxEntry[]>;
  /**
   * Puts a message that tells of these entries in their place.
   * @param options - `runId`, `results`: the run that is told, and after how many results of its agent
   */
  tellInbox(message: NewMessage, seqs: readonly number[], options: { runId: string; results: number }): Promise<void>;
  /** There is nothing to tell of them any more. */
  settleInbox(seqs: readonly number[]): Promise<void>;
  /** The task's agent knows of this subtask's end by itself. */
  settleInboxEnd(taskId: string, subtaskId: string): Promise<void>;
}
