import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { agentPath, field, inScratch, startDaemon, type BenchDaemon } from '../daemon.ts';
import { median, ms, timed } from '../measure.ts';
import { inWords, type BenchRow, type Scale } from '../row.ts';

/** Of sizes as sources and packages have them: many small ones, a few that are large; the mean is as asked. */
const write = (root: string, files: number, meanBytes: number): void => {
  for (let number = 0; number < files; number += 1) {
    const directory = join(root, `d${Math.floor(number / 20) % 40}`, `s${Math.floor(number / 20)}`);
    if (number % 20 === 0) mkdirSync(directory, { recursive: true });
    const share = number % 20 === 0 ? 9 : number % 4 === 0 ? 1.4 : 0.33;
    writeFileSync(join(directory, `f${number}.txt`), `${number}\n`.repeat(Math.ceil((meanBytes * share) / (String(number).length + 1))));
  }
};

const makeRepository = (root: string, files: number): string => {
  const repository = join(root, 'repository');
  write(repository, files, 4_000);
  writeFileSync(join(repository, '.gitignore'), 'node_modules\n');
  const git = (...args: string[]): unknown =>
    execFileSync('git', ['-c', 'user.name=b', '-c', 'user.email=b@localhost', ...args], { cwd: repository, stdio: 'ignore' });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'first');
  return repository;
};

const runs = async (daemon: BenchDaemon, task: object): Promise<string> => {
  const id = field(await daemon.call('POST', '/tasks', { name: 'bench', plan: 'wait', ...task }), 'id');
  await daemon.call('POST', `/tasks/${id}/start`);
  for (;;) {
    const status = field(await daemon.call('GET', `/tasks/${id}`), 'status');
    if (status === 'running') return id;
    if (status === 'failed') throw new Error(`the task failed: ${JSON.stringify(await daemon.call('GET', `/tasks/${id}`))}`);
    await delay(5);
  }
};

interface Figures {
  ours: number;
  bare: number;
  cpu: number;
}

/** @param bare - what does the same to a directory: cp and its options */
const compareCopies = async (
  daemon: BenchDaemon,
  from: string,
  rounds: number,
  bare: readonly string[],
  scratch: string,
): Promise<Figures> => {
  const overlay = field(await daemon.call('GET', `/tasks/${from}`), 'overlayPath');
  const times: { ours: number[]; bare: number[]; cpu: number[] } = { ours: [], bare: [], cpu: [] };
  for (let round = 0; round < rounds; round += 1) {
    const to = mkdtempSync(join(scratch, 'bare-'));
    times.bare.push(await timed(() => execFileSync('cp', [...bare, overlay, join(to, 'copy')])));
    const before = daemon.use().cpuMs;
    let id = '';
    times.ours.push(
      await timed(async () => {
        id = await runs(daemon, { continueFromTaskId: from });
      }),
    );
    times.cpu.push(daemon.use().cpuMs - before);
    await daemon.call('POST', `/tasks/${id}/stop`, {});
  }
  return { ours: median(times.ours), bare: median(times.bare), cpu: median(times.cpu) };
};

interface Sizes {
  files: number;
  ignored: number;
  rounds: number;
}

const words = ({ ours, bare, cpu }: Figures): string => `${ms(ours)} against ${ms(bare)}; ${ms(cpu)} of the daemon's processor time`;

const measure = async (
  scratch: string,
  { files, ignored, rounds }: Sizes,
  bare: readonly string[],
): Promise<{ plain: Figures; ignored: Figures }> => {
  const daemon = await startDaemon(join(scratch, 'home'), agentPath('waits'));
  try {
    const from = await runs(daemon, { repositoryUrl: makeRepository(scratch, files) });
    await daemon.call('POST', `/tasks/${from}/stop`, {});
    while (field(await daemon.call('GET', `/tasks/${from}`), 'status') !== 'interrupted') await delay(5);
    const plain = await compareCopies(daemon, from, rounds, bare, scratch);
    write(join(field(await daemon.call('GET', `/tasks/${from}`), 'overlayPath'), 'node_modules'), ignored, 15_000);
    return { plain, ignored: await compareCopies(daemon, from, rounds, bare, scratch) };
  } finally {
    await daemon.stop();
  }
};

const rowOf = (name: string, figures: Figures, atMost: number | null): BenchRow => ({
  name,
  value: figures.ours / figures.bare,
  unit: '×',
  target: atMost === null ? null : { atMost },
  detail: words(figures),
});

/**
 * A task that continues from another's worktree of 20,000 files, from the start until its agent runs, against `cp -a` of the
 * same; then with 30,000 ignored files in it. BENCH_REFLINKS is a directory on a file system that shares blocks between
 * copies: there, against a cp that copies the bytes, which is what `cp -a` is before coreutils 9 and on a Mac.
 */
export const run = async (scale: Scale): Promise<BenchRow[]> => {
  const sizes = scale === 'full' ? { files: 20_000, ignored: 30_000, rounds: 3 } : { files: 200, ignored: 300, rounds: 1 };
  const { plain, ignored } = await inScratch((scratch) => measure(scratch, sizes, ['-a']));
  const rows = [
    rowOf(`continue from ${inWords(sizes.files)} files`, plain, 1.1),
    rowOf(`continue with ${inWords(sizes.ignored)} ignored files more`, ignored, 1.1),
  ];
  const shared = process.env['BENCH_REFLINKS'];
  if (shared === undefined) return rows;
  const reflinked = await inScratch((scratch) => measure(scratch, sizes, ['-a', '--reflink=never']), shared);
  return [
    ...rows,
    rowOf(`with reflinks: continue from ${inWords(sizes.files)} files`, reflinked.plain, null),
    rowOf(`with reflinks: with ${inWords(sizes.ignored)} ignored files more`, reflinked.ignored, 0.3),
  ];
};
