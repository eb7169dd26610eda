import { Counter, Gauge, type Registry } from 'prom-client';

/** Worktrees that are kept ready for the next starts, and what became of those that were made. */
export type PreparedCounts = () => { ready: number; bytes: number; made: number; taken: number; discarded: number };

export const measurePrepared = (registers: Registry[], counts: PreparedCounts): void => {
  new Gauge({
    name: 'makima_prepared_worktrees',
    help: 'Worktrees that are kept ready for the next starts',
    registers,
    collect() {
      this.set(counts().ready);
    },
  });
  new Gauge({
    name: 'makima_prepared_worktrees_bytes',
    help: 'What they take on the disk, about',
    registers,
    collect() {
      this.set(counts().bytes);
    },
  });
  new Counter({
    name: 'makima_prepared_worktrees_total',
    help: 'Worktrees that were made ready, and those of them that a start took or that were given up',
    labelNames: ['what'],
    registers,
    collect() {
      this.reset();
      const { made, taken, discarded } = counts();
      for (const [what, count] of Object.entries({ made, taken, discarded })) this.inc({ what }, count);
    },
  });
};
