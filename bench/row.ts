/** One measurement: the time of ours over the time of the bare thing in the same run, so that it means the same on any machine. */
export interface BenchRow {
  name: string;
  /** 1 is as fast as the bare thing, 2 takes twice as long. */
  ratio: number;
  /** What was measured against what, with the figures of this machine. */
  detail: string;
}

/** What every file in this folder that measures something exports. */
export interface Bench {
  run: () => Promise<BenchRow[]>;
}
