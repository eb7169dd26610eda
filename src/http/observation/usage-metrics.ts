import { Counter, type Registry } from 'prom-client';
import type { Usage } from '../../../schemas/task.ts';

/** What agents have used since the daemon began. */
export type UsageCounts = () => Usage;

export const measureUsage = (registers: Registry[], counts: UsageCounts): void => {
  new Counter({
    name: 'makima_tokens_total',
    help: 'Tokens that agents have used, as they told since the daemon began',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = counts();
      const kinds = { input: inputTokens, output: outputTokens, 'cache-read': cacheReadTokens, 'cache-write': cacheWriteTokens };
      for (const [kind, count] of Object.entries(kinds)) this.inc({ kind }, count);
    },
  });
  new Counter({
    name: 'makima_cost_usd_total',
    help: 'What agents have cost in US dollars, as they told since the daemon began',
    registers,
    collect() {
      this.reset();
      this.inc(counts().costUsd);
    },
  });
  new Counter({
    name: 'makima_turns_total',
    help: 'Turns that agents have taken since the daemon began',
    registers,
    collect() {
      this.reset();
      this.inc(counts().turns);
    },
  });
};
