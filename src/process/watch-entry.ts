import { watch as watchPath, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';

/** What is watched: an entry of a directory, or, where none is named, all of them. */
export interface Watched {
  directory: string;
  name?: string;
  /** It is a file that is there already, and grows. */
  grows?: boolean;
}

/** A file that is there and grows. */
export const growing = (path: string): Watched => ({ directory: dirname(path), name: basename(path), grows: true });

export type WatchPath = (path: string, changed: (event: string, name: string | null) => void) => FSWatcher;

interface Listener {
  name: string | null;
  changed: () => void;
  /** The watch is lost: nothing more is heard. */
  lost: () => void;
}

/** Watches of the system, of which several may look into one. */
export interface Watches {
  /**
   * @returns ends it
   * @throws the system's error where it has no watch left
   */
  open(of: Watched, heard: { changed: () => void; lost: () => void }): () => void;
}

/**
 * Where a watch of a directory names what has changed at once, one serves all of a run's files. macOS gathers what happens in a
 * directory for a while; a file that is there it watches without delay.
 */
const watchesDirectories = process.platform === 'linux';

/** @param watch - tells of changes at a path; Node's own, or one that fails in a test */
export const createWatches = (watch: WatchPath = watchPath): Watches => {
  const open = new Map<string, { watcher: FSWatcher; listeners: Set<Listener> }>();

  const openWatch = (path: string): { watcher: FSWatcher; listeners: Set<Listener> } => {
    const listeners = new Set<Listener>();
    const watcher = watch(path, (_event, name) => {
      for (const listener of listeners) if (name === null || listener.name === null || listener.name === name) listener.changed();
    });
    watcher.on('error', () => {
      open.delete(path);
      watcher.close();
      for (const { lost } of [...listeners]) lost();
    });
    const opened = { watcher, listeners };
    open.set(path, opened);
    return opened;
  };

  return {
    open({ directory, name, grows }, heard) {
      const itself = grows === true && !watchesDirectories;
      const path = itself && name !== undefined ? `${directory}/${name}` : directory;
      const { watcher, listeners } = open.get(path) ?? openWatch(path);
      const listener: Listener = { ...heard, name: itself ? null : (name ?? null) };
      listeners.add(listener);
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        watcher.close();
        if (open.get(path)?.listeners === listeners) open.delete(path);
      };
    },
  };
};
