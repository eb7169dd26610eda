import { MakimaError } from '../../errors.ts';

/** Counts the streams that are open and holds them to a limit: each holds a connection, a file and a buffer. */
export interface StreamSlots {
  /**
   * Takes a slot.
   * @returns gives it back; may be called more than once
   * @throws MakimaError TOO_MANY_STREAMS
   */
  take: () => () => void;
  open: () => number;
}

/** @param limit - streams that may be open at once */
export const streamSlots = (limit: number): StreamSlots => {
  const taken = new Set<symbol>();
  return {
    take() {
      if (taken.size >= limit)
        throw new MakimaError('TOO_MANY_STREAMS', `${limit} streams are open, the most that MAKIMA_MAX_STREAMS allows`);
      const slot = Symbol('stream');
      taken.add(slot);
      return () => void taken.delete(slot);
    },
    open: () => taken.size,
  };
};
