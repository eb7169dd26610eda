import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './row.ts';

/** No measurements: this one, and the shape of their rows. */
const others = new Set(['run.ts', 'row.ts']);

const isBench = (module: unknown): module is Bench =>
  typeof module === 'object' && module !== null && 'run' in module && typeof module.run === 'function';

const chosen = process.argv.slice(2);
const names = readdirSync(import.meta.dirname).filter(
  (name) => name.endsWith('.ts') && !others.has(name) && (chosen.length === 0 || chosen.includes(name.slice(0, -3))),
);
process.stdout.write(
  `Node ${process.version}, ${process.platform} ${process.arch}. A ratio is our time over that of the bare thing in the same run.\n\n`,
);
for (const name of names) {
  const module: unknown = await import(join(import.meta.dirname, name));
  if (!isBench(module)) continue;
  for (const row of await module.run())
    process.stdout.write(`${row.name.padEnd(44)} ${`${row.ratio.toFixed(2)}×`.padStart(8)}   ${row.detail}\n`);
}
