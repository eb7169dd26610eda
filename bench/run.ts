/**
 * npm run bench [-- NAME…] [--short] [--write] [--against DIR] [--limit SECONDS]: measures the rows of these files in `rows/`, all of
 * them where none is named. --write keeps the figures in results.md. --against measures each file of another tree first, a clone of
 * an earlier version with its packages installed, and has the figures of both side by side. --limit is how long a file may take in one tree.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './daemon.ts';
import { measure, type Tree } from './measure-tree.ts';
import { linesOf, tableOf, textOf, type Line } from './results.ts';
import { nameOf, packageOf } from './trees.ts';

const { values, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    against: { type: 'string' },
    limit: { type: 'string', default: '300' },
  },
});
const refuse = (why: string): never => {
  process.stderr.write(`${why}\n`);
  process.exit(1);
};
const known = readdirSync(join(import.meta.dirname, 'rows')).map((name) => name.replace(/\.ts$/, ''));
const unknown = chosen.filter((name) => !known.includes(name));
if (unknown.length > 0) refuse(`There is no ${unknown.join(', ')}; there are ${known.join(', ')}`);
const limit = Number(values.limit);
if (!(limit > 0)) refuse(`--limit ${values.limit} is no number of seconds`);
if (values.short && values.write) refuse('The figures of the short form mean nothing: leave out --short to keep what --write writes');
const scale = values.short ? 'short' : 'full';

const treeOf = (at: string): Tree => ({ root: at, package: packageOf(at) });
const trees = [...(values.against === undefined ? [] : [resolve(values.against)]), root].map(treeOf);
const [first, other] = trees;
const versions =
  first === undefined || other === undefined
    ? ''
    : ` Before is ${nameOf(first.root)}, now ${nameOf(other.root)}: each file of rows was measured before and then now.`;
const machine = `Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 1e9)} GB`;
process.stdout.write(
  values.short
    ? `The short form: it shows that every measurement works. Its figures mean nothing.${versions}\n\n`
    : `${machine}. A ratio (×) is our time over that of the bare thing in the same run.${versions}\n\n`,
);
const lines: Line[] = [];
const write = (): void =>
  writeFileSync(
    join(import.meta.dirname, 'results.md'),
    `# Results\n\nMade by \`npm run bench -- --write\` on ${new Date().toISOString().slice(0, 10)}: ${machine}. A ratio (×) is our time over that of the bare thing in the same run; % is of one core.${versions}\n\n${tableOf(lines, trees.length > 1)}\n`,
  );
for (const name of known.filter((each) => chosen.length === 0 || chosen.includes(each))) {
  const measured = [];
  for (const tree of trees) measured.push(await measure(tree, name, scale, limit));
  const ours = measured.at(-1);
  if (typeof ours === 'string') {
    process.exitCode = 1;
    process.stderr.write(`${name} could not be measured: ${ours}\n`);
  }
  const found = linesOf(name, measured);
  for (const line of found) process.stdout.write(`${textOf(line, scale)}\n`);
  lines.push(...found);
  // After each, since all of them take a quarter of an hour.
  if (values.write) write();
}
