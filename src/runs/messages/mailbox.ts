import type { NewMessage } from '../../store/task-store.ts';

/**
 * The messages of a task while its agent runs. Each is stored before it is handed over, given to the run before it is written there, and
 * written there by its id: whenever the daemon dies, the next one goes on with it where this one was, and the agent gets it once.
 */
export interface Mailbox {
  /**
   * Puts a message at the end of the order, and hands over what can be.
   * @throws MakimaError AGENT_INPUT_CLOSED, TASK_NOT_RUNNING, TOO_MANY_MESSAGES, DISK_FULL
   */
  send(message: NewMessage): Promise<{ delivered: boolean }>;
  /** Hands over what can be, after something may have become so. Never rejects. */
  look(): Promise<void>;
  /** Whether something is being put, or was handed over and has no answer yet: no moment to let the agent end. */
  isOwing(): boolean;
  /** The agent is no more. */
  stop(): void;
}
