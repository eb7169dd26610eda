import { createHash, randomBytes } from 'node:crypto';
import type { NewToolKey } from '../../schemas/tool-key.ts';
import type { TaskStore } from '../store/task-store.ts';
import type { Ledger } from './ledger.ts';

/** What is stored of a key: it cannot be had back from this. A key is 32 random bytes, so a plain hash is enough. */
export const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/**
 * Makes a key of 32 random bytes and stores its hash alone.
 * @param runId - the run that it dies with, null for one that stays until it is revoked
 */
export const issueToolKey = async (
  store: TaskStore,
  key: { id: string; taskId: string; label: string | null; createdAt: string; expiresAt: string | null; runId: string | null },
): Promise<NewToolKey> => {
  const secret = randomBytes(32).toString('hex');
  await store.insertToolKey({ ...key, keyHash: hashOf(secret) }, [
    { type: 'tool-key', keyId: key.id, action: 'created', label: key.label },
  ]);
  const { id, label, createdAt, expiresAt } = key;
  return { id, key: secret, label, createdAt, expiresAt };
};

/** The keys of a run die with it. Can be repeated. */
export const revokeToolKeys = async (
  { store, ledger }: { store: TaskStore; ledger: Ledger },
  taskId: string,
  runId: string,
): Promise<void> => {
  const revoked = await store.deleteToolKeysOfRun(runId);
  if (revoked.length === 0) return;
  await store.addEvents(
    taskId,
    revoked.map(({ id, label }) => ({ type: 'tool-key', keyId: id, action: 'revoked', label })),
  );
  await ledger.flush();
};
