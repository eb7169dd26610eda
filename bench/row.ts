/** One figure, which means the same on any machine where it is a ratio over the bare thing measured in the same run. */
export interface BenchRow {
  name: string;
  value: number;
  /** `×` is a ratio over the bare thing; `%` is of one core. */
  unit: '×' | 'ms' | 's' | '%' | 'MB';
  /** What is to be reached; null where the row is for comparison only. */
  target: { atMost: number } | { atLeast: number } | null;
  /** What was measured against what, with the figures of this machine. */
  detail: string;
}

/** How much is measured. `short` proves that the measurement works: its figures mean nothing. */
export type Scale = 'full' | 'short';

/** What every file in `rows/` exports. */
export interface Bench {
  run: (scale: Scale) => Promise<BenchRow[]>;
}

/** Whether a row is what it should be; null where nothing is asked of it. */
export const isReached = ({ value, target }: BenchRow): boolean | null => {
  if (target === null) return null;
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
};

export const wordsOf = ({ target }: Pick<BenchRow, 'target'>): string => {
  if (target === null) return '';
  return 'atMost' in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`;
};

/** A count as names of rows have it: 10,000. */
export const inWords = (count: number): string => count.toLocaleString('en-US');
