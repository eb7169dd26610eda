/**
 * one.ts NAME full|short: measures the rows of one file, of the tree BENCH_ROOT, and sends them to the process that forked this one.
 * Told to end, it ends the daemons and agents that it has, and takes away what it wrote.
 */
import { join } from 'node:path';
import type { Bench } from './row.ts';

const isBench = (module: unknown): module is Bench =>
  typeof module === 'object' && module !== null && 'run' in module && typeof module.run === 'function';

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
const [name = '', scale] = process.argv.slice(2);
const module: unknown = await import(join(import.meta.dirname, 'rows', `${name}.ts`));
if (!isBench(module)) throw new Error(`rows/${name}.ts exports no run`);
const rows = await module.run(scale === 'short' ? 'short' : 'full');
process.send?.(rows, () => process.exit());
