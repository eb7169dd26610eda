import { MakimaError } from '../errors.ts';
import { hashOf, issueToolKey } from '../ledger/tool-key.ts';
import type { ToolKeyRecord } from '../store/task-store.ts';
import { requireTask } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';

const isExpired = (key: ToolKeyRecord, now: Date): boolean => key.expiresAt !== null && Date.parse(key.expiresAt) <= now.getTime();

/** Keys that open one task's tree, for agents and scripts. */
export const toolKeys = (context: TaskContext): Pick<Actions, 'createToolKey' | 'listToolKeys' | 'deleteToolKey' | 'callerOfToolKey'> => ({
  async createToolKey(caller, taskId, request) {
    const task = await requireTask(context, caller, taskId, 'own');
    const now = context.now();
    const expiresAt = request.expiresAt === undefined ? null : new Date(request.expiresAt);
    if (expiresAt && !(expiresAt > now)) throw new MakimaError('VALIDATION_FAILED', 'expiresAt must be in the future');
    const made = await issueToolKey(context.store, {
      id: context.newId(),
      taskId: task.id,
      label: request.label ?? null,
      createdAt: now.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null,
      runId: null,
    });
    await context.ledger.flush();
    return made;
  },
  async listToolKeys(caller, taskId) {
    const task = await requireTask(context, caller, taskId, 'own');
    const keys = await context.store.listToolKeys(task.id);
    return keys.map(({ id, label, createdAt, expiresAt }) => ({ id, label, createdAt, expiresAt }));
  },
  async deleteToolKey(caller, taskId, keyId) {
    const task = await requireTask(context, caller, taskId, 'own');
    const key = (await context.store.listToolKeys(task.id)).find(({ id }) => id === keyId.toLowerCase());
    const deleted =
      key &&
      (await context.store.deleteToolKey(task.id, key.id, [{ type: 'tool-key', keyId: key.id, action: 'revoked', label: key.label }]));
    if (deleted !== true) throw new MakimaError('TOOL_KEY_NOT_FOUND', `The task has no tool key ${keyId}`);
    await context.ledger.flush();
  },
  async callerOfToolKey(key) {
    const record = await context.store.findToolKeyByHash(hashOf(key));
    return record && !isExpired(record, context.now()) ? { kind: 'tool-key', taskId: record.taskId, keyId: record.id } : null;
  },
});
