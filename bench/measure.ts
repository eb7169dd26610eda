/** In milliseconds. */
export const timed = async (work: () => unknown): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** @param share - 0.99 is the value that 99 of 100 do not exceed */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;

/**
 * Ours and the bare thing in turn, so that whatever else the machine does meets both.
 * @param work - each returns its own milliseconds
 * @returns the medians
 */
export const compare = async (
  rounds: number,
  work: { ours: (round: number) => Promise<number>; bare: (round: number) => Promise<number> },
): Promise<{ ours: number; bare: number }> => {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await work.bare(round));
    ours.push(await work.ours(round));
  }
  return { ours: median(ours), bare: median(bare) };
};

export const ms = (value: number): string => (value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`);
