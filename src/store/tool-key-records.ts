import type { EventPayload } from '../../schemas/event.ts';

export interface ToolKeyRecord {
  id: string;
  taskId: string;
  /** SHA-256 of the key, in hex. The key itself is stored nowhere. */
  keyHash: string;
  label: string | null;
  createdAt: string;
  expiresAt: string | null;
  /** The run it dies with; null for one that a person made. */
  runId: string | null;
}

export interface ToolKeyRows {
  /** @throws MakimaError TASK_NOT_FOUND */
  insertToolKey(key: ToolKeyRecord, events?: EventPayload[]): Promise<void>;
  /** An expired one too: the caller looks at the clock. */
  findToolKeyByHash(keyHash: string): Promise<ToolKeyRecord | null>;
  /** Oldest first. */
  listToolKeys(taskId: string): Promise<ToolKeyRecord[]>;
  /** @returns whether there was one; the events go to the outbox only then */
  deleteToolKey(taskId: string, id: string, events?: EventPayload[]): Promise<boolean>;
  /** @returns those that it deleted */
  deleteToolKeysOfRun(runId: string): Promise<ToolKeyRecord[]>;
}
