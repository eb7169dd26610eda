import type { CreateToolKey } from '../../schemas/task-requests.ts';
import type { NewToolKey, ToolKey } from '../../schemas/tool-key.ts';
import { canonicalId } from '../domain/names/canonical-id.ts';
import { MakimaError } from '../errors.ts';
import { hashOf, issueToolKey } from '../ledger/tool-key.ts';
import type { ToolKeyRecord } from '../store/task-store.ts';
import { requireTask, type Caller } from './access.ts';
import type { Needs } from './parts.ts';

const isExpired = (key: ToolKeyRecord, now: Date): boolean => key.expiresAt !== null && Date.parse(key.expiresAt) <= now.getTime();

/**
 * Makes a key that opens one task's tree, for a script. The key itself is in the answer alone: its hash is what is stored.
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, VALIDATION_FAILED (expiresAt is past)
 */
export const createToolKey = async (
  parts: Needs<'store' | 'ledger' | 'now' | 'newId'>,
  caller: Caller,
  taskId: string,
  request: CreateToolKey,
): Promise<NewToolKey> => {
  const { store, ledger, now, newId } = parts;
  const task = await requireTask(parts, caller, taskId, 'own');
  const at = now();
  const expiresAt = request.expiresAt === undefined ? null : new Date(request.expiresAt);
  if (expiresAt && !(expiresAt > at)) throw new MakimaError('VALIDATION_FAILED', 'expiresAt must be in the future');
  const made = await issueToolKey(store, {
    id: newId(),
    taskId: task.id,
    label: request.label ?? null,
    createdAt: at.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    runId: null,
  });
  await ledger.flush();
  return made;
};

/** The keys of a task, without the keys themselves. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN */
export const listToolKeys = async (parts: Needs<'store'>, caller: Caller, taskId: string): Promise<ToolKey[]> => {
  const task = await requireTask(parts, caller, taskId, 'own');
  const keys = await parts.store.listToolKeys(task.id);
  return keys.map(({ id, label, createdAt, expiresAt }) => ({ id, label, createdAt, expiresAt }));
};

/** Revokes a key at once. @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, TOOL_KEY_NOT_FOUND */
export const deleteToolKey = async (parts: Needs<'store' | 'ledger'>, caller: Caller, taskId: string, keyId: string): Promise<void> => {
  const { store, ledger } = parts;
  const task = await requireTask(parts, caller, taskId, 'own');
  const key = (await store.listToolKeys(task.id)).find(({ id }) => id === canonicalId(keyId));
  const deleted =
    key && (await store.deleteToolKey(task.id, key.id, [{ type: 'tool-key', keyId: key.id, action: 'revoked', label: key.label }]));
  if (deleted !== true) throw new MakimaError('TOOL_KEY_NOT_FOUND', `The task has no tool key ${keyId}`);
  await ledger.flush();
};

/** Who a key belongs to; null where it is unknown, revoked or expired. */
export const callerOfToolKey = async ({ store, now }: Needs<'store' | 'now'>, key: string): Promise<Caller | null> => {
  const record = await store.findToolKeyByHash(hashOf(key));
  if (!record || isExpired(record, now())) return null;
  const { taskId, id: keyId, runId } = record;
  return { kind: 'tool-key', taskId, keyId, ...(runId !== null && { runId }) };
};
