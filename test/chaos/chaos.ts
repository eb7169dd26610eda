/**
 * The long form of the chaos test: `npm run chaos -- --minutes 10 [--seed N]`. Prints its figures; ends with 1 where a
 * promise was broken.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem, release, type as system } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { git, write } from '../support/daemon.ts';
import { points, runChaos } from './run.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' }, clients: { type: 'string', default: '4' } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const directory = mkdtempSync(join(tmpdir(), 'chaos-'));
try {
  const repository = join(directory, 'repository');
  write(repository, { 'README.md': 'hello\n' });
  git(repository, 'init', '-q', '-b', 'main');
  git(repository, 'add', '-A');
  git(repository, 'commit', '-q', '-m', 'first');
  process.stdout.write(`seed ${seed}\n`);
  const figures = await runChaos({
    seed,
    directory,
    repository,
    points: Object.keys(points),
    randomKills: 1,
    clients: Number(values.clients),
    until: performance.now() + Number(values.minutes) * 60_000,
    progress: (line) => process.stdout.write(`${line}\n`),
  });
  const machine = `${system()} ${release()}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  process.stdout.write(`${JSON.stringify({ date: new Date().toISOString(), machine, ...figures }, null, 2)}\n`);
  process.exitCode = figures.wrong.length === 0 ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
