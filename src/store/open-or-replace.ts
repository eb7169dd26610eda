import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { openStore, type StoreOptions } from './open-store.ts';
import { StoreUnusableError } from './store-error.ts';
import type { TaskStore } from './task-store.ts';

export interface OpenedStore {
  store: TaskStore;
  /** It begins empty: there was none, or it was damaged. */
  isNew: boolean;
  /** Where a damaged one was put, null where there was none. */
  setAside: string | null;
}

const companions = ['', '-wal', '-shm'];

/**
 * Opens the store, or begins a new one where its file is damaged. The damaged one is put aside, with all that belongs
 * to it, for whoever can still read something in it.
 * @throws StoreUnusableError where it is of a newer version or cannot be reached; MakimaError DISK_FULL
 */
export const openOrReplaceStore = async (file: string, options: StoreOptions & { now: () => Date }): Promise<OpenedStore> => {
  const isNew = !existsSync(file);
  try {
    return { store: await openStore(file, options), isNew, setAside: null };
  } catch (error) {
    if (!(error instanceof StoreUnusableError) || error.reason !== 'damaged') throw error;
  }
  const setAside = `${file}.damaged-${options.now().toISOString().replaceAll(':', '-')}`;
  for (const companion of companions) if (existsSync(file + companion)) await rename(file + companion, setAside + companion);
  return { store: await openStore(file, options), isNew: true, setAside };
};
