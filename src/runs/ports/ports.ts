import { blocksFor, overlap, type PortBlock, portsOf } from '../../domain/port-blocks.ts';

/** Who has which ports. What is stored with the runs is what counts; this is what of it is held now. */
export interface Ports {
  /** How many a task gets; 0 is none. */
  readonly count: number;
  /**
   * Ports for a task that is about to run, nobody else's as long as it holds them; those that it holds where it does.
   * @returns null where no tasks get any, or all are held or in use
   */
  take(taskId: string): Promise<PortBlock | null>;
  /** What a run has that an earlier daemon left. */
  hold(taskId: string, block: PortBlock | null): void;
  /** The task does not run any more. Can be repeated. */
  giveBack(taskId: string): void;
  /** Whether another task holds any of them. */
  isOthers(taskId: string, block: PortBlock): boolean;
}

/** So many blocks in which a foreign program listens are passed over before a task goes without. */
const mostTries = 50;

/**
 * @param wanted - `first` port and `count` for each task, 0 for none; `isListening`: whether a foreign program does on one of these
 */
export const createPorts = ({
  first,
  count,
  isListening,
}: {
  first: number;
  count: number;
  isListening: (ports: readonly number[]) => Promise<boolean>;
}): Ports => {
  const held = new Map<string, PortBlock>();
  const isOthers = (taskId: string, block: PortBlock): boolean => {
    for (const [holder, own] of held) if (holder !== taskId && overlap(own, block)) return true;
    return false;
  };
  return {
    count,
    async take(taskId) {
      const own = held.get(taskId);
      if (own !== undefined) return own;
      let tries = 0;
      for (const block of blocksFor(taskId, { first, count })) {
        if (isOthers(taskId, block)) continue;
        // held before it is looked at, so that of two that start at once only one looks there
        held.set(taskId, block);
        if (!(await isListening(portsOf(block)))) return block;
        held.delete(taskId);
        tries += 1;
        if (tries === mostTries) break;
      }
      return null;
    },
    hold(taskId, block) {
      if (block !== null) held.set(taskId, block);
    },
    giveBack: (taskId) => void held.delete(taskId),
    isOthers,
  };
};

/** What a run's agent, and the commands of its repository, find in their environment. */
export const portVariables = (block: PortBlock | null): Record<string, string> =>
  block === null ? {} : { MAKIMA_PORT_BASE: String(block.base), MAKIMA_PORT_COUNT: String(block.count) };
