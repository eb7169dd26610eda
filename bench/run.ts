/**
 * npm run bench [-- NAME…] [--short] [--write]: measures the rows of these files in `rows/`, all of them where none is named.
 * --write keeps the figures in results.md.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isReached, wordsOf, type Bench, type BenchRow } from './row.ts';

const isBench = (module: unknown): module is Bench =>
  typeof module === 'object' && module !== null && 'run' in module && typeof module.run === 'function';

const { values, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
});
const known = readdirSync(join(import.meta.dirname, 'rows')).map((name) => name.replace(/\.ts$/, ''));
const unknown = chosen.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no ${unknown.join(', ')}; there are ${known.join(', ')}\n`);
  process.exit(1);
}

const number = (value: number): string => (Math.abs(value) >= 100 ? String(Math.round(value)) : value.toFixed(2));
const figure = ({ value, unit }: BenchRow): string => `${number(value)} ${unit}`;
const verdict = (row: BenchRow): string => ({ true: 'yes', false: 'no', null: '' })[`${isReached(row)}`];

const machine = `Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 1e9)} GB`;
process.stdout.write(`${machine}. A ratio (×) is our time over that of the bare thing in the same run.\n\n`);
const rows: BenchRow[] = [];
const broken: string[] = [];
const write = (): void => {
  const table = rows.map((row) => `| ${row.name} | ${figure(row)} | ${wordsOf(row)} | ${verdict(row)} | ${row.detail} |`);
  writeFileSync(
    join(import.meta.dirname, 'results.md'),
    `# Results\n\nMade by \`npm run bench -- --write\` on ${new Date().toISOString().slice(0, 10)}: ${machine}. A ratio (×) is our time over that of the bare thing in the same run; % is of one core.\n\n| what | value | to reach | reached | measured |\n| --- | --- | --- | --- | --- |\n${table.join('\n')}\n`,
  );
};
for (const name of known.filter((each) => chosen.length === 0 || chosen.includes(each))) {
  try {
    const module: unknown = await import(join(import.meta.dirname, 'rows', `${name}.ts`));
    if (!isBench(module)) throw new Error('it exports no run');
    for (const row of await module.run(values.short ? 'short' : 'full')) {
      rows.push(row);
      process.stdout.write(`${row.name.padEnd(58)} ${figure(row).padStart(10)} ${wordsOf(row).padEnd(8)}  ${row.detail}\n`);
    }
    // After each, since all of them take a quarter of an hour.
    if (values.write) write();
  } catch (error) {
    broken.push(name);
    process.stderr.write(`${name} could not be measured: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
}
process.exitCode = broken.length > 0 ? 1 : 0;
