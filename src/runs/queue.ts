import PQueue from 'p-queue';

/** Waiting tasks, one lane per depth of the tree, so that a parent that waits never holds the slot its children need. */
export interface RunQueue {
  /**
   * Puts a task in its lane. Higher priority first, then first come. One that waits already has its new place alone;
   * the place of one that was stopped stays, and its work finds nothing to do.
   * @param work - holds the slot until its promise settles; must not reject
   */
  enqueue(task: { id: string; depth: number; priority: number }, work: () => Promise<void>): void;
  /** Takes a slot for work that goes on already (found running after a restart), ahead of everybody who waits. */
  occupy(depth: number, work: Promise<unknown>): void;
  /** Nobody who waits is started any more; who has a slot keeps it. */
  close(): void;
}

/** @param slots - how many may run at once in each lane */
export const createQueue = (slots: number): RunQueue => {
  const lanes = new Map<number, PQueue>();
  // A token per enqueueing: a task that was stopped and started anew must not start by its old place.
  const waiting = new Map<string, symbol>();

  const lane = (depth: number): PQueue => {
    const existing = lanes.get(depth);
    if (existing) return existing;
    const created = new PQueue({ concurrency: slots });
    lanes.set(depth, created);
    return created;
  };

  return {
    enqueue(task, work) {
      const place = Symbol(task.id);
      waiting.set(task.id, place);
      void lane(task.depth).add(
        async () => {
          if (waiting.get(task.id) !== place) return;
          waiting.delete(task.id);
          await work();
        },
        { priority: task.priority },
      );
    },
    occupy(depth, work) {
      void lane(depth).add(() => work, { priority: Number.MAX_SAFE_INTEGER });
    },
    close() {
      for (const each of lanes.values()) each.pause();
      waiting.clear();
    },
  };
};
